using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tailor.Evaluation;

namespace Tailor;

/// <summary>Writes a comparison as one JSON object.</summary>
internal static class ComparisonJson
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(ComparisonResult result) => new JsonObject
    {
        ["format"] = 1,
        ["comparison"] = result.Folder,
        ["metric"] = result.Metric,
        ["best"] = result.Best?.Name,
        ["best_baseline"] = result.BestBaseline?.Name,
        ["entries"] = Array(result.Rows, Row),
        ["against_best"] = Array(result.AgainstBest, Contrast),
        ["against_best_baseline"] = Array(result.AgainstBestBaseline, Contrast),
        ["per_example"] = Array(result.PerExample, pair => new JsonObject
        {
            ["seed"] = pair.Seed,
            ["only_first_right"] = pair.Test.OnlyFirst,
            ["only_second_right"] = pair.Test.OnlySecond,
            ["mcnemar_p"] = pair.Test.PValue,
        }),
        ["missing"] = Array(result.Missing, run => new JsonObject { ["entry"] = run.Entry, ["seed"] = run.Seed }),
        ["failures"] = Array(result.Failures, run => new JsonObject { ["entry"] = run.Entry, ["seed"] = run.Seed, ["reason"] = run.Reason }),
        ["sentences"] = Array(result.Sentences, sentence => JsonValue.Create(sentence)),
    }.ToJsonString(Options) + "\n";

    private static JsonNode Row(ComparisonRow row) => new JsonObject
    {
        ["name"] = row.Name,
        ["baseline"] = row.IsBaseline,
        ["deterministic"] = row.IsDeterministic,
        ["scores"] = new JsonObject(Metric.Names.Select(metric => KeyValuePair.Create<string, JsonNode?>(metric, Statistics(row.Score(metric))))),
        ["seconds"] = Statistics(row.Seconds),
        ["parameters_trained"] = row.Parameters,
        ["runs"] = Array(row.Runs, run => new JsonObject
        {
            ["run"] = run.Folder,
            ["seed"] = row.IsDeterministic ? null : run.Seed,
            ["split"] = run.Split,
            ["best_dev_score"] = run.BestDevScore,
            ["seconds"] = run.Seconds,
            ["scores"] = new JsonObject(run.Scores.Select(score => KeyValuePair.Create<string, JsonNode?>(score.Key, score.Value))),
        }),
    };

    private static JsonNode Contrast(SeedContrast contrast) => new JsonObject
    {
        ["name"] = contrast.Name,
        ["reference"] = contrast.Reference,
        ["seeds"] = contrast.Seeds,
        ["difference"] = contrast.Difference,
        ["interval"] = contrast.Test?.Interval is { } interval ? new JsonArray(interval.Lower, interval.Upper) : null,
        ["t"] = contrast.Test?.Statistic,
        ["p"] = contrast.Test?.PValue,
        ["p_holm"] = contrast.AdjustedPValue,
        ["differs"] = contrast.Differs,
    };

    private static JsonObject? Statistics(SeedStatistics? statistics) => statistics is null ? null : new() { ["mean"] = statistics.Mean, ["sd"] = statistics.StandardDeviation };

    private static JsonArray Array<T>(IEnumerable<T> items, Func<T, JsonNode?> make) => new([.. items.Select(make)]);
}
