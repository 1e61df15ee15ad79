using System.Text.Json;
using System.Text.Json.Nodes;
using Tailor.Evaluation;
using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor;

/// <summary>What <c>result.json</c> says of a finished run.</summary>
/// <param name="Folder">The run folder.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Split">What was scored: test or dev.</param>
/// <param name="Scores">The scores by the names of <see cref="Metric"/> or <see cref="RegressionReport"/>; what is undefined is absent, and all are when there was nothing to score.</param>
/// <param name="BestDevScore">The best dev score, where steps were chosen by it.</param>
/// <param name="Seconds">Seconds of training and scoring on dev; null in runs of versions that did not count them.</param>
/// <param name="Parameters">Numbers trained, in the stage that trains most; null likewise.</param>
public sealed record FinishedRun(string Folder, long Seed, string Split, IReadOnlyDictionary<string, double> Scores, double? BestDevScore, double? Seconds, long? Parameters)
{
    /// <summary>Reads a run.</summary>
    /// <param name="run">A run folder that has <c>result.json</c>.</param>
    /// <param name="seed">Its seed.</param>
    /// <exception cref="InputException">The file is damaged.</exception>
    public static FinishedRun Read(RunFolder run, long seed)
    {
        ArgumentNullException.ThrowIfNull(run);
        try
        {
            JsonNode json = JsonNode.Parse(File.ReadAllText(run.Result)) ?? throw new JsonException("empty");
            Dictionary<string, double> scores = Metric.Names.Concat(RegressionReport.MetricNames)
                .Select(name => (Name: name, Value: json["scores"]?[name]?.GetValue<double>()))
                .Where(score => score.Value is not null)
                .ToDictionary(score => score.Name, score => score.Value!.Value, StringComparer.Ordinal);
            return new FinishedRun(
                run.Path, seed, json["split"]?.GetValue<string>() ?? throw new JsonException("no split"), scores, json["best_dev_score"]?.GetValue<double>(), json["train_seconds"]?.GetValue<double>(), json["parameters_trained"]?.GetValue<long>());
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
        {
            throw new InputException($"{run.Result}: not a result that this version wrote ({fault.Message}); remove {run.Path} and run it again", fault);
        }
    }
}
