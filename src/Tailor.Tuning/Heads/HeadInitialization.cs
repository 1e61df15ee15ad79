using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning;

/// <summary>
/// Starts a head from features of the frozen backbone (LIFT, ICML 2024, arXiv 2309.10019, section 4.3, as its code runs): the rows of the classes become class means or the rows of a linear probe, each of length 1, and the biases 0.
/// A class without examples keeps its fresh row.
/// </summary>
public static class HeadInitialization
{
    /// <summary>Examples that are held in float64 at a time.</summary>
    private const long Block = 1 << 14;

    /// <summary>Whether a recipe's head starts from features.</summary>
    /// <param name="recipe">The head.</param>
    public static bool IsFromFeatures(HeadRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return recipe.Init is HeadInit.ClassMeans or HeadInit.LinearProbe;
    }

    /// <summary>The examples that are read: all, or the first of each class up to <see cref="HeadRecipe.InitExamples"/>.</summary>
    /// <param name="recipe">The head.</param>
    /// <param name="labels">The class of each training example.</param>
    /// <returns>Indices, ascending.</returns>
    public static int[] Examples(HeadRecipe recipe, IReadOnlyList<int> labels)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(labels);
        var seen = new Dictionary<int, int>();
        return [.. Enumerable.Range(0, labels.Count).Where(i => (seen[labels[i]] = seen.GetValueOrDefault(labels[i]) + 1) <= (recipe.InitExamples ?? int.MaxValue))];
    }

    /// <summary>Sets the head's rows of classes.</summary>
    /// <param name="recipe">The head; its init is from features.</param>
    /// <param name="head">The head, linear or cosine.</param>
    /// <param name="features">What the head's last layer reads of <see cref="Examples"/>, without dropout: [examples, width], float32.</param>
    /// <param name="labels">Their classes.</param>
    /// <param name="stop">Ends it; the head is then as it was.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="ArgumentException">There are not as many labels as features, or none.</exception>
    public static void Set(HeadRecipe recipe, ClassificationHead head, Tensor features, IReadOnlyList<int> labels, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Count == 0 || features.shape[0] != labels.Count)
        {
            throw new ArgumentException($"{features.shape[0]} features have {labels.Count} labels", nameof(labels));
        }

        using var _ = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = recipe.Init switch
        {
            HeadInit.ClassMeans => ClassMeans(features, labels, head.Classes),
            HeadInit.LinearProbe => LinearProbe.Fit(features, labels, head.Classes, stop),
            _ => throw new ArgumentOutOfRangeException(nameof(recipe), recipe.Init, "Not a start from features."),
        };
        Tensor output = head.Output!.Weight.Value, units = F.normalize(rows, dim: 1), present = zeros([head.Classes, 1], ScalarType.Bool, output.device);
        present.index_fill_(0, tensor(labels.Distinct().Select(id => (long)id).ToArray(), device: output.device), LastingScalar.Of(1));
        output.copy_(where(present, units.to(output.device), output));
        head.Output.Bias?.Value.zero_();
    }

    /// <summary>The mean feature of each class, summed in float64.</summary>
    /// <param name="features">[examples, width].</param>
    /// <param name="labels">Their classes.</param>
    /// <param name="classes">The number of classes.</param>
    /// <returns>[classes, width], float32; zeros for a class without examples.</returns>
    public static Tensor ClassMeans(Tensor features, IReadOnlyList<int> labels, int classes)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(labels);
        using DisposeScope scope = NewDisposeScope();
        Tensor ids = tensor(labels.Select(id => (long)id).ToArray(), device: features.device);
        Tensor sums = zeros([classes, features.shape[1]], ScalarType.Float64, features.device);
        for (long first = 0; first < labels.Count; first += Block)
        {
            using DisposeScope inner = NewDisposeScope();
            long count = Math.Min(Block, labels.Count - first);
            sums.index_add_(0, ids.narrow(0, first, count), features.narrow(0, first, count).to(ScalarType.Float64), LastingScalar.One);
        }

        double[] counts = new double[classes];
        foreach (int label in labels)
        {
            counts[label]++;
        }

        return sums.div(tensor(counts, device: features.device).clamp_min(LastingScalar.Of(1)).unsqueeze(1)).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }
}
