using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning;

/// <summary>Focal loss over a softmax (Lin et al., ICCV 2017): L = (1 - p_y)^γ · CE; γ = 0 is cross-entropy.</summary>
/// <param name="gamma">γ at least 0.</param>
/// <param name="weights">One weight per class, or null.</param>
/// <param name="normalize">What the sum is divided by.</param>
public sealed class FocalLoss(double gamma, float[]? weights = null, Normalize normalize = Normalize.Batch) : ClassificationLoss(weights, normalize)
{
    /// <inheritdoc/>
    public override Tensor PerExample(Tensor logits, Tensor labels)
    {
        Tensor ce = F.cross_entropy(logits, labels, reduction: nn.Reduction.None);

        // 1 - p = -expm1(-CE) keeps its digits when p is near 1; below γ = 1 the slope at 0 is infinite, so it is held away from 0.
        Tensor rest = ce.neg().expm1().neg();
        return (gamma < 1 ? rest.clamp_min(LastingScalar.Of(1e-6)) : rest).pow(LastingScalar.Of(gamma)).mul(ce);
    }
}
