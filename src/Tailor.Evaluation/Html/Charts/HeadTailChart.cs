using System.Xml.Linq;

namespace Tailor.Evaluation;

/// <summary>Tail F1 against head F1 of every entry of a comparison, means over seeds with their sample standard deviation.</summary>
internal static class HeadTailChart
{
    private const double Left = 44, Right = 16, Top = 24, HighestPlot = 380, AxisHeight = 40;

    /// <summary>Draws it.</summary>
    /// <param name="entries">The entries; those without head or tail F1 are left out, but at least one has both.</param>
    /// <param name="width">The picture's width.</param>
    public static XElement Draw(IReadOnlyList<ComparedEntry> entries, double width)
    {
        var drawing = new Drawing(width);
        (int Number, string Name, SeedStatistics Head, SeedStatistics Tail)[] points =
        [
            .. entries.Select((entry, i) => (Number: i, entry.Name, Head: entry.Of("head_f1"), Tail: entry.Of("tail_f1"))).Where(p => p.Head is not null && p.Tail is not null)
                .Select(p => (p.Number, p.Name, p.Head!, p.Tail!)),
        ];
        double right = width - Right, bottom = Top + Math.Min(HighestPlot, right - Left);
        Scale x = Axis(points.Select(p => p.Head), Left, right, width < 500 ? 3 : 6), y = Axis(points.Select(p => p.Tail), bottom, Top, 6);
        drawing.Bottom(x, Top, bottom, tick => tick.ToString("0.###"), "head F1");
        drawing.Side(y, Left, right, tick => tick.ToString("0.###"), "tail F1");
        foreach ((int number, string name, SeedStatistics head, SeedStatistics tail) in points)
        {
            double px = x.At(head.Mean), py = y.At(tail.Mean);
            drawing.Line(x.At(head.Mean - (head.StandardDeviation ?? 0)), py, x.At(head.Mean + (head.StandardDeviation ?? 0)), py, $"error {Drawing.Series(number)}");
            drawing.Line(px, y.At(tail.Mean - (tail.StandardDeviation ?? 0)), px, y.At(tail.Mean + (tail.StandardDeviation ?? 0)), $"error {Drawing.Series(number)}");
            drawing.Mark(number, px, py, $"{name}: head F1 {Spread(head)}, tail F1 {Spread(tail)}", size: 1.2);
        }

        foreach ((int number, _, SeedStatistics head, SeedStatistics tail) in points)
        {
            drawing.Text(Math.Min(x.At(head.Mean) + 7, width - 16), Math.Max(y.At(tail.Mean) - 9, 8), $"{number + 1}", style: "strong");
        }

        string?[] names = [.. entries.Select((entry, i) => points.Any(p => p.Number == i) ? entry.Name : null)];
        drawing.Height = new Legend(names, numbered: true).Draw(drawing, bottom + AxisHeight);
        return drawing.ToSvg($"Tail F1 against head F1 of {points.Length} entries, with error bars of one standard deviation over seeds");
    }

    /// <summary>A mean and its deviation, as tables and titles give them; a narrow column may break them before the ±.</summary>
    public static string Spread(SeedStatistics? statistics) => statistics switch
    {
        null => "-",
        { StandardDeviation: { } deviation } => $"{ReportText.Digits(statistics.Mean)} ±\u00a0{ReportText.Digits(deviation)}",
        _ => ReportText.Digits(statistics.Mean),
    };

    private static Scale Axis(IEnumerable<SeedStatistics> values, double from, double to, int intervals)
    {
        SeedStatistics[] all = [.. values];
        double low = all.Min(v => v.Mean - (v.StandardDeviation ?? 0)), high = all.Max(v => v.Mean + (v.StandardDeviation ?? 0)), room = Math.Max(0.01, (high - low) * 0.05);
        return Scale.Linear(Math.Max(0, low - room), Math.Min(1, high + room), from, to, intervals);
    }
}
