using System.Diagnostics;
using System.Text.Json.Nodes;
using Tailor.Data;
using Tailor.Evaluation;
using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor;

/// <summary>What a baseline says of labelled examples.</summary>
/// <param name="Predicted">The predicted class of each example, by class id.</param>
/// <param name="Probabilities">Examples x classes, row-major; empty when the baseline gives none.</param>
/// <param name="Parameters">How many numbers were learnt.</param>
public sealed record BaselinePredictions(int[] Predicted, float[] Probabilities, long Parameters);

/// <summary>A method without a recipe as a row of a comparison: a function from a dataset to predictions.</summary>
/// <param name="name">Lower-case letters, digits and hyphens.</param>
/// <param name="settings">What its results depend on beside the data and the seed, in words: a run made with other words is not taken for this one's.</param>
/// <param name="isDeterministic">Whether the seed changes nothing.</param>
/// <param name="predict">Learns from the dataset's train (and dev) part and predicts the examples, with a seed.</param>
public sealed class BaselineEntry(string name, string settings, bool isDeterministic, Func<TextDataset, IReadOnlyList<TextExample>, long, BaselinePredictions> predict)
    : ComparisonEntry(name, isBaseline: true, isDeterministic)
{
    private const string Kind = "baseline";

    internal override JsonObject Describe() => new() { ["kind"] = Kind, ["settings"] = settings };

    internal override string? Changed(JsonObject run, string file) => run["kind"]?.ToString() != Kind ? "this is no run of a baseline"
        : run["settings"]?.ToString() is { } then && then == settings ? null
        : $"the baseline now is '{settings}' where this run has '{run["settings"]}'";

    internal override void Check(CompareRequest request, RunData data)
    {
        if (data is not TextRunData)
        {
            throw new InputException($"baseline '{Name}' reads texts, and these recipes read pictures; give --baselines none");
        }
    }

    internal override RunResult Run(RunFolder folder, long seed, CompareRequest request, RunData data, IProgress<TrainingEvent>? progress, CancellationToken stop)
    {
        // A baseline has no state to resume: what an interrupted run wrote is written over.
        Directory.CreateDirectory(folder.Path);
        JsonObject description = Describe();
        description["format"] = 1;
        description["data"] = Path.GetFullPath(request.Data);
        description["data_fingerprint"] = data.Set.Fingerprint;
        description["seed"] = seed;
        description["rho"] = request.Rho;
        description["groups"] = ShotBoundsName.Of(request.Groups);
        folder.Write(folder.Description, description);
        var clock = Stopwatch.StartNew();
        TextDataset texts = ((TextRunData)data).Texts;
        BaselinePredictions said = predict(texts, texts.Examples(data.Scored), seed);
        double seconds = clock.Elapsed.TotalSeconds;
        EvaluationReport report = RunEnding.Score(folder, data, said.Predicted, said.Probabilities, request);
        RunEnding.Write(folder, data.ScoredName, report, seconds, said.Parameters, best: null);
        return new RunResult(folder.Path, Stopped: false, report, data.ScoredName, null, 0);
    }
}
