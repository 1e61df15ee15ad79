using System.Text.Json;
using System.Text.Json.Nodes;
using Tailor.Baselines;
using Tailor.Evaluation;

namespace Tailor;

/// <summary>A baseline's answers and their scores.</summary>
/// <param name="Result">What it answered, and what it took.</param>
/// <param name="Test">The scores on the test split, or on dev when there is no test split; null when there is neither.</param>
/// <param name="ScoredSplit">"test" or "dev".</param>
/// <param name="Dev">The scores on dev; null when there is none.</param>
public sealed record BaselineRun(BaselineResult Result, EvaluationReport? Test, string ScoredSplit, EvaluationReport? Dev)
{
    /// <summary>The content of <c>result.json</c>: <c>split</c> and <c>scores</c> as those of a training run, and what a baseline adds.</summary>
    public JsonObject ToJson() => new()
    {
        ["baseline"] = Result.Name,
        ["split"] = ScoredSplit,
        ["best_dev_score"] = Dev?.Scores.MacroF1,
        ["train_seconds"] = Result.Seconds,
        ["parameters_trained"] = Result.Parameters,
        ["notes"] = JsonSerializer.SerializeToNode(Result.Notes),
        ["scores"] = Test is null ? null : JsonNode.Parse(Test.ToJson()),
    };
}
