using System.Xml.Linq;

namespace Tailor.Evaluation;

/// <summary>The F1 of each class, head to tail by training examples.</summary>
internal static class ClassScoreChart
{
    private const double ValueWidth = 34, AxisHeight = 34;

    /// <summary>Draws the F1 of one run as bars, those of Glee's head and tail in two colours.</summary>
    /// <param name="classes">The classes, by class id, with their scores.</param>
    /// <param name="groups">The groups of classes.</param>
    /// <param name="macro">The mean to mark, or null.</param>
    /// <param name="width">The picture's width.</param>
    public static XElement Draw(IReadOnlyList<ReportClass> classes, IReadOnlyList<ReportGroup> groups, double? macro, double width)
    {
        var drawing = new Drawing(width);
        HashSet<int> tail = [.. groups.Where(group => group.Score.Name == "tail").SelectMany(group => group.Classes)];
        bool divided = groups.Any(group => group.Score.Name == "head");
        if (divided)
        {
            new Legend(["head", "tail"]).Draw(drawing, 0);
        }

        var rows = new ClassRows(drawing, classes, groups, ClassRows.HeaderHeight);
        Scale scale = F1(drawing, rows);
        if (macro is { } mean)
        {
            drawing.Line(scale.At(mean), rows.Top, scale.At(mean), rows.Bottom, "average");
            drawing.Text(Math.Clamp(scale.At(mean), 44, drawing.Width - 44), rows.Top - 8, $"macro-F1 {mean:F2}", "middle", "muted");
        }

        foreach ((int c, double middle) in rows.Rows)
        {
            if (classes[c].Score is not { Support: > 0 } score)
            {
                Unscored(drawing, rows, middle);
                continue;
            }

            bool isTail = tail.Contains(c);
            string place = divided ? isTail ? ", tail" : ", head" : "";
            drawing.Box(rows.Left, middle - (rows.RowHeight * 0.36), scale.At(score.F1) - rows.Left, rows.RowHeight * 0.72, $"bar {Drawing.Series(isTail ? 1 : 0)}", $"{classes[c].Name}{place}: F1 {ReportText.Digits(score.F1)}, {score.Support} examples");
            if (rows.RoomForText)
            {
                drawing.Text(scale.At(score.F1) + 4, middle, score.F1.ToString("F2"), style: "value" + rows.Dense);
            }
        }

        return Finish(drawing, rows, $"Bars of the F1 of {classes.Count} classes, most frequent class first");
    }

    /// <summary>Draws the mean F1 of several entries as marks on each class's line.</summary>
    /// <param name="classes">The classes, by class id.</param>
    /// <param name="groups">The groups of classes.</param>
    /// <param name="entries">The entries to draw, at most six; each with an F1 for every class.</param>
    /// <param name="width">The picture's width.</param>
    public static XElement Compare(IReadOnlyList<ReportClass> classes, IReadOnlyList<ReportGroup> groups, IReadOnlyList<ComparedEntry> entries, double width)
    {
        var drawing = new Drawing(width);
        double legend = new Legend([.. entries.Select(entry => entry.Name)]).Draw(drawing, 0) + 6;
        var rows = new ClassRows(drawing, classes, groups, Math.Max(legend, ClassRows.HeaderHeight));
        Scale scale = F1(drawing, rows);
        foreach ((int c, double middle) in rows.Rows)
        {
            double[] values = [.. entries.Select(entry => entry.ClassF1[c]).OfType<double>()];
            if (values.Length == 0)
            {
                Unscored(drawing, rows, middle);
                continue;
            }

            drawing.Line(scale.At(values.Min()), middle, scale.At(values.Max()), middle, "range");
            for (int i = entries.Count - 1; i >= 0; i--)
            {
                if (entries[i].ClassF1[c] is { } f1)
                {
                    drawing.Mark(i, scale.At(f1), middle, $"{classes[c].Name}, {entries[i].Name}: F1 {ReportText.Digits(f1)}", size: rows.RoomForText ? 1 : 0.5);
                }
            }
        }

        return Finish(drawing, rows, $"The mean F1 of {classes.Count} classes, most frequent class first, for {string.Join(", ", entries.Select(entry => entry.Name))}");
    }

    private static Scale F1(Drawing drawing, ClassRows rows)
    {
        var scale = Scale.Linear(0, 1, rows.Left, drawing.Width - ValueWidth, drawing.Width < 500 ? 2 : 5);
        drawing.Bottom(scale, rows.Top, rows.Bottom, tick => tick.ToString("0.0"), "F1");
        return scale;
    }

    private static void Unscored(Drawing drawing, ClassRows rows, double middle)
    {
        if (rows.RoomForText)
        {
            drawing.Text(rows.Left + 4, middle, "no scored examples", style: "muted" + rows.Dense);
        }
    }

    private static XElement Finish(Drawing drawing, ClassRows rows, string description)
    {
        drawing.Height = rows.Bottom + AxisHeight;
        return drawing.ToSvg(description);
    }
}
