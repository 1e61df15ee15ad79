using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning;

/// <summary>
/// Logit adjustment (Menon et al., ICLR 2021, equation 10): cross-entropy of z + τ log π with π the classes' training shares; predictions take z alone. τ = 1 is balanced softmax (Ren et al., NeurIPS 2020, equation 4).
/// </summary>
/// <param name="trainCounts">Training examples per class.</param>
/// <param name="tau">τ at least 0; 0 is cross-entropy.</param>
/// <param name="weights">One weight per class, or null.</param>
/// <param name="normalize">What the sum is divided by.</param>
public sealed class LogitAdjustedLoss(IReadOnlyList<int> trainCounts, double tau, float[]? weights = null, Normalize normalize = Normalize.Batch) : ClassificationLoss(weights, normalize)
{
    private readonly double[] _shift = ClassPriors.Logarithms(trainCounts).Select(log => tau * log).ToArray();

    /// <inheritdoc/>
    public override Tensor PerExample(Tensor logits, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(logits);
        return F.cross_entropy(logits.add(tensor(_shift, dtype: logits.dtype, device: logits.device), LastingScalar.One), labels, reduction: nn.Reduction.None);
    }
}
