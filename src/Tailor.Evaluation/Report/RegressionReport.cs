using System.Text.Json.Nodes;

namespace Tailor.Evaluation;

/// <summary>Scores of predicted numbers, as GLUE's regression task is scored (Wang et al., ICLR 2019, STS-B).</summary>
/// <param name="Examples">How many examples.</param>
/// <param name="Pearson">Pearson's correlation of prediction and value, or null when one of them does not vary.</param>
/// <param name="Spearman">Spearman's, or null likewise.</param>
/// <param name="MeanSquaredError">The mean of the squared differences.</param>
/// <param name="MeanAbsoluteError">The mean of the absolute differences.</param>
public sealed record RegressionReport(int Examples, double? Pearson, double? Spearman, double MeanSquaredError, double MeanAbsoluteError) : IScoreReport
{
    private static readonly (string Name, bool HigherIsBetter, Func<RegressionReport, double?> Value)[] Entries =
    [
        ("pearson", true, report => report.Pearson),
        ("spearman", true, report => report.Spearman),
        ("mse", false, report => report.MeanSquaredError),
        ("mae", false, report => report.MeanAbsoluteError),
    ];

    /// <summary>The scores' names.</summary>
    public static IReadOnlyList<string> MetricNames { get; } = [.. Entries.Select(entry => entry.Name)];

    /// <summary>Scores predictions.</summary>
    /// <param name="values">The right numbers, at least two.</param>
    /// <param name="predicted">The predicted numbers.</param>
    /// <exception cref="ArgumentException">The two differ in length or are fewer than two.</exception>
    public static RegressionReport Of(IReadOnlyList<float> values, IReadOnlyList<float> predicted)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(predicted);
        double[] a = [.. values.Select(value => (double)value)], b = [.. predicted.Select(value => (double)value)];
        return new RegressionReport(a.Length, Correlation.Pearson(a, b), Correlation.Spearman(a, b), a.Zip(b, (x, y) => (x - y) * (x - y)).Average(), a.Zip(b, (x, y) => Math.Abs(x - y)).Average());
    }

    /// <summary>Whether more of a score is better.</summary>
    /// <param name="name">One of <see cref="MetricNames"/>.</param>
    public static bool HigherIsBetter(string name) => Entries.First(entry => entry.Name == name).HigherIsBetter;

    /// <summary>The value of a score, or null when it is undefined.</summary>
    /// <param name="name">One of <see cref="MetricNames"/>.</param>
    public double? Of(string name) => Entries.First(entry => entry.Name == name).Value(this);

    /// <summary>The scores for reading, a line each.</summary>
    public string ToText() => string.Join('\n', Entries.Select(entry => $"{entry.Name,-10}{(entry.Value(this) is { } value ? $"{value:F4}" : "-"),10}").Append($"{"examples",-10}{Examples,10}"));

    /// <summary>The scores for programs: one JSON object; what is undefined is null.</summary>
    public string ToJson() => new JsonObject([new("examples", Examples), .. Entries.Select(entry => KeyValuePair.Create<string, JsonNode?>(entry.Name, entry.Value(this)))]).ToJsonString(new() { WriteIndented = true });
}
