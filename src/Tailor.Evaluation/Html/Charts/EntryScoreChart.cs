using System.Xml.Linq;

namespace Tailor.Evaluation;

/// <summary>One metric of every entry of a comparison: the seeds as small marks, the mean as a large one on a bar of one standard deviation, the best mean on top.</summary>
internal static class EntryScoreChart
{
    private const double RowHeight = 26, Gap = 8, Right = 16, AxisHeight = 38;

    /// <summary>Draws it.</summary>
    /// <param name="entries">The entries; those without the metric are left out, but at least one has it.</param>
    /// <param name="metric">A name of <see cref="Metric"/>.</param>
    /// <param name="width">The picture's width.</param>
    public static XElement Draw(IReadOnlyList<ComparedEntry> entries, string metric, double width)
    {
        var drawing = new Drawing(width);
        double sign = Metric.HigherIsBetter(metric) ? -1 : 1;
        (int Number, ComparedEntry Entry, SeedStatistics Score)[] rows =
        [
            .. entries.Select((entry, i) => (Number: i, Entry: entry, Score: entry.Of(metric))).Where(row => row.Score is not null).Select(row => (row.Number, row.Entry, row.Score!))
                .OrderBy(row => sign * row.Item3.Mean).ThenBy(row => row.Number),
        ];
        string[] names = [.. rows.Select(row => Name(row.Entry))];
        double left = Math.Min(names.Max(TextWidth.Of) * Drawing.FontSize, width * 0.45) + Gap, bottom = rows.Length * RowHeight;
        double[] all = [.. rows.SelectMany(row => row.Entry.Scores[metric].Append(row.Score.Mean - (row.Score.StandardDeviation ?? 0)).Append(row.Score.Mean + (row.Score.StandardDeviation ?? 0)))];
        var x = Scale.Linear(all.Min(), all.Max(), left + 6, width - Right, width < 500 ? 3 : 6);
        drawing.Bottom(x, 0, bottom, tick => tick.ToString("0.####"), Words.Metric(metric));
        for (int i = 0; i < rows.Length; i++)
        {
            (int number, ComparedEntry entry, SeedStatistics score) = rows[i];
            double middle = (i + 0.5) * RowHeight, deviation = score.StandardDeviation ?? 0;
            string fitted = TextWidth.Fit(names[i], (left - Gap) / Drawing.FontSize);
            drawing.Text(left - Gap, middle, fitted, "end", entry.IsBaseline ? "muted" : entry.Mark == EntryMark.Best ? "strong" : "", fitted == names[i] ? null : names[i]);
            drawing.Line(x.At(score.Mean - deviation), middle, x.At(score.Mean + deviation), middle, $"error {Drawing.Series(number)}");
            foreach (double seed in entry.Scores[metric])
            {
                drawing.Mark(0, x.At(seed), middle + 8, style: "seed", size: 0.5);
            }

            drawing.Mark(number, x.At(score.Mean), middle, $"{entry.Name}: {Words.Metric(metric)} {HeadTailChart.Spread(score)}");
        }

        drawing.Height = bottom + AxisHeight;
        return drawing.ToSvg($"{Words.Metric(metric)} of {rows.Length} entries, best first: {string.Join(", ", rows.Select(row => $"{row.Entry.Name} {HeadTailChart.Spread(row.Score)}"))}");
    }

    /// <summary>An entry's name with what marks it.</summary>
    public static string Name(ComparedEntry entry) => entry.Name + (entry.Mark switch
    {
        EntryMark.Best => " ★",
        EntryMark.NotWorse => " ≈",
        _ => "",
    });
}
