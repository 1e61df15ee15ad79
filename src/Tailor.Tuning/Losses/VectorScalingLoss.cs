using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning;

/// <summary>The vector-scaling loss (Kini et al., NeurIPS 2021, equation 3): cross-entropy of (n_c / n_max)^γ z_c + τ log π_c. γ = 0 is logit adjustment.</summary>
/// <param name="trainCounts">Training examples per class.</param>
/// <param name="gamma">γ at least 0.</param>
/// <param name="tau">τ at least 0.</param>
/// <param name="weights">One weight per class, or null.</param>
/// <param name="normalize">What the sum is divided by.</param>
public sealed class VectorScalingLoss(IReadOnlyList<int> trainCounts, double gamma, double tau, float[]? weights = null, Normalize normalize = Normalize.Batch) : ClassificationLoss(weights, normalize)
{
    private readonly double[] _factors = Factors(trainCounts, gamma);
    private readonly double[] _shift = ClassPriors.Logarithms(trainCounts).Select(log => tau * log).ToArray();

    /// <inheritdoc/>
    public override Tensor PerExample(Tensor logits, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(logits);
        Tensor factors = tensor(_factors, dtype: logits.dtype, device: logits.device), shift = tensor(_shift, dtype: logits.dtype, device: logits.device);
        return F.cross_entropy(logits.mul(factors).add(shift, LastingScalar.One), labels, reduction: nn.Reduction.None);
    }

    private static double[] Factors(IReadOnlyList<int> trainCounts, double gamma)
    {
        double[] counts = ClassPriors.Counts(trainCounts);
        double largest = counts.Max();
        return counts.Select(n => Math.Pow(n / largest, gamma)).ToArray();
    }
}
