using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning;

/// <summary>Cross-entropy: L = -Σ_c q_c log p_c with q = (1 - ε) onehot + ε / C; ε = 0 gives -log p_y.</summary>
/// <param name="weights">One weight per class, or null.</param>
/// <param name="normalize">What the sum is divided by.</param>
/// <param name="labelSmoothing">ε in [0, 1).</param>
public sealed class CrossEntropyLoss(float[]? weights = null, Normalize normalize = Normalize.Batch, double labelSmoothing = 0) : ClassificationLoss(weights, normalize)
{
    /// <inheritdoc/>
    public override Tensor PerExample(Tensor logits, Tensor labels) => F.cross_entropy(logits, labels, reduction: nn.Reduction.None, label_smoothing: labelSmoothing);
}
