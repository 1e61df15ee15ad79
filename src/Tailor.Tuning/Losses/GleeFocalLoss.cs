using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning;

/// <summary>
/// The loss behind the "w/ focal loss" rows of Glee (arXiv 2205.05461) as its code runs: the modulating factor takes log p for p, so L = CE · (1 + CE)^γ with γ = 1.
/// It amplifies hard examples where <see cref="FocalLoss"/> damps easy ones.
/// </summary>
/// <param name="gamma">γ at least 0; every run of the paper uses 1.</param>
/// <param name="weights">One weight per class, or null.</param>
/// <param name="normalize">What the sum is divided by.</param>
public sealed class GleeFocalLoss(double gamma = 1, float[]? weights = null, Normalize normalize = Normalize.Batch) : ClassificationLoss(weights, normalize)
{
    /// <inheritdoc/>
    public override Tensor PerExample(Tensor logits, Tensor labels)
    {
        Tensor ce = F.cross_entropy(logits, labels, reduction: nn.Reduction.None);
        return ce.mul(gamma == 1 ? ce.add(LastingScalar.Of(1), LastingScalar.One) : ce.add(LastingScalar.Of(1), LastingScalar.One).pow(LastingScalar.Of(gamma)));
    }
}
