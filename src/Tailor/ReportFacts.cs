using System.Text.Json.Nodes;
using Tailor.Data;
using Tailor.Evaluation;
using Tailor.Tuning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor;

/// <summary>What a report shows of a finished run that no other of its files holds.</summary>
internal static class ReportFacts
{
    /// <summary>The sizes of the splits.</summary>
    public const string Splits = "examples";

    /// <summary>The norm of each class's row of the trained head, before any calibration.</summary>
    public const string ClassNorms = "class_norms";

    /// <summary>How many pictures of each class chose each prompt set of an LPT run: classes x sets, of the scored split, or of train when nothing was scored.</summary>
    public const string PromptUsage = "prompt_usage";

    /// <summary>Adds them to the content of <c>result.json</c>.</summary>
    /// <param name="result">The content.</param>
    /// <param name="data">The dataset.</param>
    /// <param name="model">The trained model.</param>
    /// <param name="prompts">The prompt sets its pictures choose, or null when it chooses none.</param>
    public static void AddTo(JsonObject result, LabelledDataset data, ClassifierModel model, PromptUsage? prompts)
    {
        result[Splits] = new JsonObject { ["train"] = data.Count(SplitPart.Train), ["dev"] = data.Count(SplitPart.Dev), ["test"] = data.Count(SplitPart.Test) };
        result[ClassNorms] = Norms(model) is { } norms ? new JsonArray([.. norms.Select(norm => (JsonNode)norm)]) : null;
        if (prompts is not null)
        {
            result[PromptUsage] = new JsonArray([.. prompts.Counts.Select(row => new JsonArray([.. row.Select(count => (JsonNode)count)]))]);
        }
    }

    private static float[]? Norms(ClassifierModel model)
    {
        // The rows of a cosine head have whatever length training left them; the scores do not see it.
        if (model.Head is CosineHead || model.Head.Output is not { } output)
        {
            return null;
        }

        using DisposeScope scope = NewDisposeScope();
        using var _ = no_grad();
        return output.Weight.Value.cpu().norm(1).data<float>().ToArray();
    }
}
