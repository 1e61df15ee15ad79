using System.Text.Json.Nodes;
using Tailor.Engine;
using Tailor.Tuning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Goldens.Tests;

/// <summary>losses.json: values and gradients of each loss in float64, at small and extreme logits.</summary>
public class LossGoldens
{
    private static readonly Dictionary<string, LossKind> Kinds = new()
    {
        ["cross_entropy"] = LossKind.CrossEntropy,
        ["focal"] = LossKind.Focal,
        ["focal_glee"] = LossKind.FocalGlee,
        ["logit_adjusted"] = LossKind.LogitAdjusted,
        ["balanced_softmax"] = LossKind.BalancedSoftmax,
        ["vector_scaling"] = LossKind.VectorScaling,
        ["ldam"] = LossKind.Ldam,
        ["seesaw"] = LossKind.Seesaw,
        ["gcl"] = LossKind.Gcl,
        ["asymmetric_gcl"] = LossKind.AsymmetricGcl,
    };

    private static JsonObject File => JsonNode.Parse(System.IO.File.ReadAllText(GoldenFolder.Require("losses.json")))!.AsObject();

    public static TheoryData<string> Losses => System.IO.File.Exists(GoldenFolder.Of("losses.json"))
        ? [.. File["cases"]!.AsArray().Select(c => c!["loss"]!.GetValue<string>()).Distinct()]
        : [];

    [Theory]
    [MemberData(nameof(Losses))]
    public void Loss_agrees_with_the_reference(string loss)
    {
        JsonObject file = File;
        int[] counts = file["counts"]!.AsArray().Select(c => (int)c!.GetValue<double>()).ToArray();
        JsonObject[] cases = file["cases"]!.AsArray().Select(c => c!.AsObject()).Where(c => c["loss"]!.GetValue<string>() == loss).ToArray();
        if (!Kinds.ContainsKey(loss))
        {
            Tally.Skip($"losses/{loss}", cases.Length, "this loss is not built yet");
        }

        Libtorch.Load(1);
        Tally.RunAll($"losses/{loss}", cases, Name, c => Check(c, Recipe(loss, c["params"]!.AsObject()), counts));
    }

    private static void Check(JsonObject golden, LossRecipe recipe, int[] counts)
    {
        using DisposeScope scope = NewDisposeScope();
        double[][] rows = golden["logits"]!.AsArray().Select(Numbers).ToArray();
        Tensor logits = tensor(rows.SelectMany(r => r).ToArray(), [rows.Length, counts.Length], dtype: ScalarType.Float64, requires_grad: true);
        Tensor labels = tensor(golden["labels"]!.AsArray().Select(l => l!.GetValue<long>()).ToArray());
        LogitNoise noise = golden["params"]!["eps"] is JsonArray epsilon ? LogitNoise.Of(tensor(epsilon.SelectMany(Numbers).ToArray(), [rows.Length, counts.Length])) : LogitNoise.Off;
        LossParts parts = LossFactory.Create(recipe, counts).Of(logits, labels, noise);
        Near.Equal(golden["mean"]!.GetValue<double>(), parts.Numerator.item<double>() / parts.Denominator, Near.Losses, "mean");
        parts.Numerator.div(parts.Denominator).backward();
        Near.Equal(tensor(golden["grad"]!.AsArray().SelectMany(Numbers).ToArray(), [rows.Length, counts.Length]), logits.grad!, Near.Gradients, "gradient");
    }

    private static LossRecipe Recipe(string loss, JsonObject parameters) => new()
    {
        Kind = Kinds[loss],
        Tau = parameters["tau"]?.GetValue<double>() ?? 1,
        MaxMargin = parameters["max_m"]?.GetValue<double>() ?? 0,
        Margin = parameters["m"]?.GetValue<double>() ?? 0,
        Noise = parameters["a"]?.GetValue<double>() ?? 0,
        GammaPositive = parameters["gamma_plus"]?.GetValue<double>() ?? 0,
        GammaNegative = parameters["gamma_minus"]?.GetValue<double>() ?? 0,
        Scale = parameters["s"]?.GetValue<double>() ?? 1,
        P = parameters["p"]?.GetValue<double>() ?? 0,
        Q = parameters["q"]?.GetValue<double>() ?? 0,
        Gamma = parameters["gamma"]?.GetValue<double>() ?? 0,
        LabelSmoothing = parameters["label_smoothing"]?.GetValue<double>() ?? 0,
        ClassWeights = parameters["class_weights"]?.GetValue<string>() switch { "effective_number" => ClassWeights.EffectiveNumber, "inverse_frequency" => ClassWeights.InverseFrequency, _ => ClassWeights.None },
        Beta = parameters["beta"]?.GetValue<double>() ?? 0.9999,
        WeightPower = parameters["power"]?.GetValue<double>() ?? 1,
        Normalize = parameters["normalize"]?.GetValue<string>() == "weight_sum" ? Normalize.WeightSum : Normalize.Batch,
    };

    private static string Name(JsonObject golden) => string.Join(' ', golden["params"]!.AsObject().Where(p => p.Key != "eps").Select(p => $"{p.Key}={p.Value}"));

    private static double[] Numbers(JsonNode? array) => array!.AsArray().Select(n => n!.GetValue<double>()).ToArray();
}
