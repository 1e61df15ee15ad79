using System.Xml.Linq;

namespace Tailor.Evaluation;

/// <summary>
/// Which prompt sets classes choose (LPT, Dong et al., ICLR 2023): a column for each set, its use by all pictures as a bar, below it a row for each class, most frequent in training first, stronger the larger the share of its pictures.
/// Where classes are many, as many as <see cref="Band"/> says share a row.
/// </summary>
internal static class PromptUsageChart
{
    private const int MostRows = 40, MostCells = 800;
    private const double Gap = 6, BarsTop = 22, BarsHeight = 56, AxisHeight = 26, High = 18, WidestCell = 28;

    /// <summary>How many classes, in the order of their training examples, share a row; 1 when each has its own.</summary>
    /// <param name="usage">What was chosen.</param>
    public static int Band(PromptUsage usage)
    {
        int classes = usage.Counts.Count, rows = Math.Clamp(MostCells / usage.Totals.Count, 1, MostRows);
        return (classes + rows - 1) / rows;
    }

    /// <summary>Draws it.</summary>
    /// <param name="usage">What was chosen.</param>
    /// <param name="classes">The classes, by class id.</param>
    /// <param name="width">The picture's width.</param>
    public static XElement Draw(PromptUsage usage, IReadOnlyList<ReportClass> classes, double width)
    {
        var drawing = new Drawing(width);
        int sets = usage.Totals.Count;
        int[][] rows = [.. ClassRows.Order(classes).Chunk(Band(usage))];
        string[] names = [.. rows.Select(row => Name(row, classes))];
        double left = Math.Min(Math.Max(names.Max(TextWidth.Of) * Drawing.FontSize, 48), width * 0.38) + Gap;
        double cell = Math.Min(WidestCell, (width - left - Gap) / sets), wide = cell > 3 ? cell - 1 : cell;
        Bars(drawing, usage, left, cell, wide);
        double top = BarsTop + BarsHeight + AxisHeight;
        double[][] shares = [.. rows.Select(row => Shares(usage, row))];
        double most = Math.Max(shares.Max(row => row.Max()), 1e-9);
        for (int r = 0; r < rows.Length; r++)
        {
            double y = top + (r * High);
            string fitted = TextWidth.Fit(names[r], (left - Gap) / Drawing.FontSize);
            drawing.Text(left - Gap, y + (High / 2), fitted, "end", title: fitted == names[r] ? null : names[r]);
            drawing.Box(left, y, (cell * sets) - (cell - wide), High - 1, "cell right", opacity: 0);
            for (int set = 0; set < sets; set++)
            {
                // What is too faint to be seen is not drawn: most classes choose few sets.
                double opacity = Math.Round(shares[r][set] / most, 2);
                if (opacity > 0)
                {
                    drawing.Box(left + (set * cell), y, wide, High - 1, "cell right", $"{names[r]}, set {set}: {shares[r][set]:0.###}", opacity);
                }
            }
        }

        drawing.Height = top + (rows.Length * High) + 4;
        return drawing.ToSvg($"Prompt sets chosen by {classes.Count} classes, most frequent class first: {usage.DeadWords()}; the largest share of a row is {most:0.##}");
    }

    private static void Bars(Drawing drawing, PromptUsage usage, double left, double cell, double wide)
    {
        int sets = usage.Totals.Count;
        double all = Math.Max(1, usage.Pictures.Sum()), bottom = BarsTop + BarsHeight;
        var scale = Scale.Linear(0, usage.Totals.Max() / all, bottom, BarsTop, intervals: 2);
        foreach (double tick in scale.Ticks)
        {
            drawing.Line(left, scale.At(tick), left + (cell * sets), scale.At(tick), "grid");
            drawing.Text(left - Gap, scale.At(tick), tick.ToString("0.##"), "end", "muted");
        }

        drawing.Text(0, 8, "share of the pictures", style: "muted");
        for (int set = 0; set < sets; set++)
        {
            double y = scale.At(usage.Totals[set] / all);
            drawing.Box(left + (set * cell), y, wide, bottom - y, "bar s1", $"set {set}: {usage.Totals[set]:N0} pictures, {usage.Totals[set] / all:0.###}");
        }

        int every = Math.Max(1, (int)Math.Ceiling((sets > 1000 ? 30 : sets > 100 ? 24 : 18) / cell));
        for (int set = 0; set < sets; set += every)
        {
            drawing.Text(left + (set * cell) + (wide / 2), bottom + 12, $"{set}", "middle", "muted");
        }

        drawing.Text(Math.Max(0, left - Gap), bottom + 12, "set", "end", "muted");
    }

    /// <summary>A class by its name, several by their training examples.</summary>
    private static string Name(int[] row, IReadOnlyList<ReportClass> classes) => row.Length == 1 ? classes[row[0]].Name : $"{classes[row[0]].TrainCount:N0} to {classes[row[^1]].TrainCount:N0} examples";

    private static double[] Shares(PromptUsage usage, int[] row)
    {
        // Each class counts alike, however many pictures it has.
        int[] known = [.. row.Where(c => usage.Pictures[c] > 0)];
        return [.. Enumerable.Range(0, usage.Totals.Count).Select(set => known.Length == 0 ? 0 : known.Average(c => (double)usage.Counts[c][set] / usage.Pictures[c]))];
    }
}
