using System.Xml.Linq;

namespace Tailor.Evaluation;

/// <summary>The norm of each class's row of the trained head, classes from head to tail (Kang et al., "Decoupling representation and classifier", ICLR 2020, figure 2).</summary>
internal static class ClassNormChart
{
    private const double Left = 44, Right = 10, PlotHeight = 220, AxisHeight = 36, HeadingHeight = 22;

    /// <summary>Draws it.</summary>
    /// <param name="classes">The classes, by class id.</param>
    /// <param name="groups">The groups of classes.</param>
    /// <param name="series">The names of what is drawn, at most six, each with a norm for every class.</param>
    /// <param name="width">The picture's width.</param>
    public static XElement Draw(IReadOnlyList<ReportClass> classes, IReadOnlyList<ReportGroup> groups, IReadOnlyList<(string Name, IReadOnlyList<double> Norms)> series, double width)
    {
        var drawing = new Drawing(width);
        double top = (series.Count > 1 ? new Legend([.. series.Select(s => s.Name)]).Draw(drawing, 0) : 0) + HeadingHeight, bottom = top + PlotHeight;
        int[] order = ClassRows.Order(classes);
        double[] norms = [.. series.SelectMany(s => s.Norms)];
        double slot = (width - Left - Right) / order.Length;
        double X(int rank) => Left + ((rank + 0.5) * slot);
        Bands(drawing, order, groups, slot, top, bottom);
        var scale = Scale.Linear(norms.Min(), norms.Max(), bottom, top);
        drawing.Side(scale, Left, width - Right, tick => tick.ToString("0.###"));
        drawing.Text((Left + width - Right) / 2, bottom + 14, "classes, most frequent first", "middle", "muted");
        for (int i = series.Count - 1; i >= 0; i--)
        {
            (string name, IReadOnlyList<double> values) = series[i];
            drawing.Curve([.. order.Select((c, rank) => (X(rank), scale.At(values[c])))], $"curve {Drawing.Series(i)}");
            for (int rank = 0; rank < order.Length; rank++)
            {
                ReportClass c = classes[order[rank]];
                drawing.Mark(i, X(rank), scale.At(values[order[rank]]), $"{c.Name}, {c.TrainCount:N0} training examples: {(series.Count > 1 ? name + " " : "")}{values[order[rank]]:F3}", size: order.Length > 60 ? 0.4 : 0.7);
            }
        }

        drawing.Height = bottom + AxisHeight;
        return drawing.ToSvg($"The norm of the head's weights for {classes.Count} classes, most frequent class first, between {norms.Min():F3} and {norms.Max():F3}");
    }

    private static void Bands(Drawing drawing, int[] order, IReadOnlyList<ReportGroup> groups, double slot, double top, double bottom)
    {
        bool shaded = false;
        foreach (ReportGroup group in ClassRows.ByTraining(groups).Where(group => group.Classes.Count > 0))
        {
            int[] ranks = [.. group.Classes.Select(c => Array.IndexOf(order, c))];
            double x = Left + (ranks.Min() * slot), wide = (ranks.Max() - ranks.Min() + 1) * slot;
            if (shaded)
            {
                drawing.Box(x, top, wide, bottom - top, "band");
            }

            shaded = !shaded;
            string name = group.Score.Name;
            if (wide >= TextWidth.Of(name) * Drawing.FontSize)
            {
                drawing.Text(x + (wide / 2), top - 10, name, "middle", "heading");
            }
        }
    }
}
