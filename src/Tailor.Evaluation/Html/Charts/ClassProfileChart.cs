using System.Xml.Linq;

namespace Tailor.Evaluation;

/// <summary>The training examples of each class on a logarithmic axis, head to tail.</summary>
internal static class ClassProfileChart
{
    private const double CountWidth = 44, AxisHeight = 34;

    /// <summary>Draws it.</summary>
    /// <param name="classes">The classes, by class id; at least one.</param>
    /// <param name="groups">The groups of classes.</param>
    /// <param name="width">The picture's width.</param>
    public static XElement Draw(IReadOnlyList<ReportClass> classes, IReadOnlyList<ReportGroup> groups, double width)
    {
        var drawing = new Drawing(width);
        var rows = new ClassRows(drawing, classes, groups, ClassRows.HeaderHeight);
        var scale = Scale.Counts(classes.Max(c => c.TrainCount), rows.Left, width - CountWidth);
        drawing.Bottom(scale, rows.Top, rows.Bottom, tick => tick.ToString("N0"), "training examples, logarithmic");
        foreach (double tick in scale.Ticks)
        {
            drawing.Text(scale.At(tick), rows.Top - 8, tick.ToString("N0"), "middle", "muted");
        }

        foreach ((int c, double middle) in rows.Rows)
        {
            int count = classes[c].TrainCount;
            double end = count > 0 ? scale.At(count) : rows.Left;
            drawing.Box(rows.Left, middle - (rows.RowHeight * 0.36), end - rows.Left, rows.RowHeight * 0.72, "bar s1", $"{classes[c].Name}: {count:N0} training examples");
            if (rows.RoomForText)
            {
                drawing.Text(end + 4, middle, count.ToString("N0"), style: "value" + rows.Dense);
            }
        }

        drawing.Height = rows.Bottom + AxisHeight;
        int[] counts = [.. classes.Select(c => c.TrainCount)];
        return drawing.ToSvg($"Bars of the training examples of {classes.Count} classes, from {counts.Max():N0} down to {counts.Min():N0}");
    }
}
