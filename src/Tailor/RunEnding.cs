using System.Text.Json.Nodes;
using Tailor.Data;
using Tailor.Evaluation;
using Tailor.Tuning;

namespace Tailor;

/// <summary>What ends a run, whatever made its predictions: the scores, <c>predictions.jsonl</c>, and <c>result.json</c>.</summary>
internal static class RunEnding
{
    /// <summary>Scores predictions of <see cref="RunData.Scored"/> and keeps them.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="data">The dataset; there is something to score.</param>
    /// <param name="predicted">The predicted class of each example.</param>
    /// <param name="probabilities">Examples x classes, row-major; empty when there are none.</param>
    /// <param name="request">Says which classes are head and tail, many, medium and few.</param>
    public static EvaluationReport Score(RunFolder folder, RunData data, int[] predicted, float[] probabilities, RunRequest request)
    {
        EvaluationReport report = EvaluationReport.Of(data.Set.Labels.Names, data.Set.LabelIds(data.Scored), predicted, probabilities, data.Set.TrainCounts, request.Rho, request.Groups);
        folder.Write(() => WritePredictions(folder, data.Set, data.Scored, predicted, probabilities));
        return report;
    }

    /// <summary>Writes <c>predictions.jsonl</c>.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="set">The dataset.</param>
    /// <param name="part">The part that was scored.</param>
    /// <param name="predicted">The predicted class of each example.</param>
    /// <param name="probabilities">Examples x classes, row-major; empty when there are none.</param>
    public static void WritePredictions(RunFolder folder, LabelledDataset set, SplitPart part, int[] predicted, float[] probabilities)
    {
        int[] gold = set.LabelIds(part);
        PredictionFile.Write(folder.Predictions, set.Labels.Names, set.Captions(part).Select((caption, i) =>
        {
            double? Probability(int c) => probabilities.Length == 0 ? null : probabilities[(i * set.Labels.Count) + c];
            return new ScoredExample(caption, gold[i], predicted[i], Probability(predicted[i]), Probability(gold[i]));
        }));
    }

    /// <summary>Writes <c>result.json</c>: the run is finished.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="split">What was scored: test or dev.</param>
    /// <param name="report">The scores, or null when there was nothing to score.</param>
    /// <param name="seconds">Seconds of training.</param>
    /// <param name="parameters">Numbers trained.</param>
    /// <param name="best">The best dev score and its step, where steps were chosen by it.</param>
    /// <param name="further">Adds what only some runs have.</param>
    public static void Write(RunFolder folder, string split, IScoreReport? report, double seconds, long parameters, (double? Score, long Step)? best, Action<JsonObject>? further = null)
    {
        var result = new JsonObject
        {
            ["split"] = split,
            ["best_step"] = best?.Step,
            ["best_dev_score"] = best?.Score,
            ["train_seconds"] = Math.Round(seconds, 3),
            ["parameters_trained"] = parameters,
            ["scores"] = report is null ? null : JsonNode.Parse(report.ToJson()),
        };
        further?.Invoke(result);
        folder.Write(folder.Result, result);
    }
}
