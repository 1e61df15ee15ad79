using Tailor.Evaluation;

namespace Tailor;

/// <summary>The cells of a comparison's tables, whatever they are printed with. The first column is text, the others are numbers but for the verdict.</summary>
/// <param name="Headers">The columns' heads.</param>
/// <param name="Rows">The rows.</param>
public sealed record ComparisonTable(IReadOnlyList<string> Headers, IReadOnlyList<ComparisonTableRow> Rows)
{
    /// <summary>The mark of the best entry.</summary>
    public const string BestMark = "*";

    /// <summary>The mark of an entry that is not worse than the best.</summary>
    public const string NotWorseMark = "=";

    /// <summary>Mean and sample standard deviation of each entry's scores and seconds, and the numbers it trains; the best and those that are not worse are marked.</summary>
    /// <param name="result">The comparison.</param>
    public static ComparisonTable Scores(ComparisonResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        string[] metrics = MetricsOf(result);
        return new ComparisonTable(["method", "seeds", .. metrics.Select(Header), "seconds", "parameters"], [.. result.Rows.Where(row => row.Runs.Count > 0).Select(row => new ComparisonTableRow(
            row.Name,
            Mark(result, row),
            [row.IsDeterministic ? "-" : $"{row.Runs.Count}", .. metrics.Select(metric => Cell(row.Score(metric), "F4")), Cell(row.Seconds, "F1"), row.Parameters is { } count ? $"{count}" : "-"]))]);
    }

    /// <summary>Each entry against the best: the difference with its interval, and the test.</summary>
    /// <param name="result">The comparison.</param>
    public static ComparisonTable AgainstBest(ComparisonResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return new ComparisonTable(["method", "seeds", "difference", "95 % interval", "p", "p (Holm)", "verdict"], [.. result.AgainstBest.Select(contrast => new ComparisonTableRow(
            contrast.Name,
            contrast.Differs == false ? NotWorseMark : "",
            [
                $"{contrast.Seeds}",
                contrast.Difference is { } difference ? $"{difference:F4}" : "-",
                contrast.Test?.Interval is { } interval ? $"{interval.Lower:F4} to {interval.Upper:F4}" : "-",
                P(contrast.Test?.PValue),
                P(contrast.AdjustedPValue),
                contrast.Differs switch { true => "worse", false => "not worse", null => "not tested" },
            ]))]);
    }

    /// <summary>The metrics of a table: the usual ones, and the one that was chosen.</summary>
    internal static string[] MetricsOf(ComparisonResult result)
    {
        IReadOnlyList<string> usual = Metric.Tabulated(result.ReadsPictures);
        return usual.Contains(result.Metric) ? [.. usual] : [result.Metric, .. usual];
    }

    /// <summary>A metric's name as people write it.</summary>
    internal static string Header(string metric) => metric.Replace("_f1", " F1", StringComparison.Ordinal).Replace('_', ' ');

    /// <summary>A p-value with its relation, such as <c>= 0.0312</c> or <c>&lt; 0.0001</c>.</summary>
    /// <param name="value">In [0, 1].</param>
    public static string PValue(double value) => value < 0.0001 ? "< 0.0001" : $"= {value:F4}";

    private static string Mark(ComparisonResult result, ComparisonRow row) =>
        row == result.Best ? BestMark : result.AgainstBest.Any(contrast => contrast.Name == row.Name && contrast.Differs == false) ? NotWorseMark : "";

    private static string Cell(SeedStatistics? statistics, string format) => statistics is null ? "-"
        : statistics.StandardDeviation is { } deviation ? $"{statistics.Mean.ToString(format)} ± {deviation.ToString(format)}"
        : statistics.Mean.ToString(format);

    private static string P(double? value) => value is { } p ? PValue(p).TrimStart('=', ' ') : "-";
}

/// <summary>A row of a table.</summary>
/// <param name="Name">The entry.</param>
/// <param name="Mark">Its mark, or nothing.</param>
/// <param name="Cells">The cells after the first.</param>
public sealed record ComparisonTableRow(string Name, string Mark, IReadOnlyList<string> Cells);
