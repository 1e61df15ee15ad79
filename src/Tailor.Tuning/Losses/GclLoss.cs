using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning;

/// <summary>
/// Gaussian clouded logit adjustment (Li et al., CVPR 2022): cross-entropy of <see cref="CloudedLogits"/>. It takes cosines. Defaults are those of the paper's classifier stage; its backbone stage has m = 0 and s = 30.
/// </summary>
/// <param name="trainCounts">Training examples per class.</param>
/// <param name="scale">s above 0.</param>
/// <param name="margin">m at least 0.</param>
/// <param name="noise">a at least 0.</param>
/// <param name="weights">One weight per class, or null.</param>
/// <param name="normalize">What the sum is divided by.</param>
public sealed class GclLoss(IReadOnlyList<int> trainCounts, double scale = 20, double margin = 0.1, double noise = 0.5, float[]? weights = null, Normalize normalize = Normalize.Batch)
    : ClassificationLoss(weights, normalize)
{
    private readonly CloudedLogits _clouded = new(trainCounts, scale, margin, noise);

    /// <inheritdoc/>
    public override Tensor PerExample(Tensor logits, Tensor labels) => PerExample(logits, labels, LogitNoise.Off);

    /// <inheritdoc/>
    public override Tensor PerExample(Tensor logits, Tensor labels, LogitNoise noise) => F.cross_entropy(_clouded.Of(logits, labels, noise), labels, reduction: nn.Reduction.None);
}
