using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using Tailor.Evaluation;

namespace Tailor;

/// <summary>Writes a comparison as comma-separated values with RFC 4180 quoting: a row an entry, numbers in full.</summary>
internal static class ComparisonCsv
{
    private static readonly CsvConfiguration Configuration = new(CultureInfo.InvariantCulture) { NewLine = "\n" };

    public static string Of(ComparisonResult result)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var csv = new CsvWriter(text, Configuration, leaveOpen: true))
        {
            string[] metrics = [.. Metric.Names];
            Record(csv, ["method", "baseline", "seeds", .. metrics.SelectMany(metric => new[] { metric + "_mean", metric + "_sd" }), "seconds_mean", "seconds_sd", "parameters_trained",
                $"{result.Metric}_below_best", "interval_lower", "interval_upper", "p", "p_holm", "verdict"]);
            foreach (ComparisonRow row in result.Rows.Where(row => row.Runs.Count > 0))
            {
                SeedContrast? contrast = result.AgainstBest.FirstOrDefault(contrast => contrast.Name == row.Name);
                Record(csv, [row.Name, row.IsBaseline ? "yes" : "no", row.IsDeterministic ? null : row.Runs.Count, .. metrics.SelectMany(metric => Statistics(row.Score(metric))), .. Statistics(row.Seconds), row.Parameters,
                    contrast?.Difference, contrast?.Test?.Interval?.Lower, contrast?.Test?.Interval?.Upper, contrast?.Test?.PValue, contrast?.AdjustedPValue,
                    row == result.Best ? "best" : contrast?.Differs switch { true => "worse", false => "not worse", null => "not tested" }]);
            }
        }

        return text.ToString();
    }

    private static IEnumerable<object?> Statistics(SeedStatistics? statistics) => [statistics?.Mean, statistics?.StandardDeviation];

    private static void Record(CsvWriter csv, IEnumerable<object?> fields)
    {
        foreach (object? field in fields)
        {
            csv.WriteField(field);
        }

        csv.NextRecord();
    }
}
