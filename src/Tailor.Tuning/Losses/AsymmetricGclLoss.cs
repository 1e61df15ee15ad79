using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning;

/// <summary>
/// Asymmetric Gaussian clouded logit loss (LPT, ICLR 2023, equation 4, as its code runs): with p the softmax of <see cref="CloudedLogits"/> and q = (1 - ε) onehot + ε / C,
/// L = -[q_y (1 - p_y)^γ+ log p_y + Σ_{c ≠ y} q_c p_c^γ- log p_c]. It takes cosines. The code smooths labels by 0.1, of which the paper says nothing; without smoothing γ- does nothing. Gradients pass through the weights.
/// </summary>
/// <param name="trainCounts">Training examples per class.</param>
/// <param name="options">Scale, margin, noise, smoothing and exponents.</param>
/// <param name="weights">One weight per class, or null.</param>
/// <param name="normalize">What the sum is divided by.</param>
/// <param name="companion">Whether it is the loss of dual sampling's instance-balanced draw.</param>
public sealed class AsymmetricGclLoss(IReadOnlyList<int> trainCounts, LossRecipe options, float[]? weights = null, Normalize normalize = Normalize.Batch, bool companion = false)
    : ClassificationLoss(weights, normalize)
{
    private const double LeastRest = 1e-6;

    private readonly float[]? _weights = weights;
    private readonly Normalize _normalize = normalize;
    private readonly CloudedLogits _clouded = new(trainCounts, options.Scale, options.Margin, options.Noise);
    private readonly double _positive = companion ? options.InstanceGammaPositive : options.GammaPositive, _negative = companion ? options.InstanceGammaNegative : options.GammaNegative;

    /// <inheritdoc/>
    public override ClassificationLoss OfCompanions => companion ? this : new AsymmetricGclLoss(trainCounts, options, _weights, _normalize, companion: true);

    /// <inheritdoc/>
    public override Tensor PerExample(Tensor logits, Tensor labels) => PerExample(logits, labels, LogitNoise.Off);

    /// <inheritdoc/>
    public override Tensor PerExample(Tensor logits, Tensor labels, LogitNoise noise)
    {
        ArgumentNullException.ThrowIfNull(labels);
        Tensor log = F.log_softmax(_clouded.Of(logits, labels, noise), 1), target = labels.unsqueeze(1);
        double other = options.LabelSmoothing / trainCounts.Count, own = 1 - options.LabelSmoothing + other;

        // 1 - p = -expm1(log p) keeps its digits when p is near 1; below γ+ = 1 the slope at 0 is infinite, so it is held away from 0.
        Tensor logTarget = log.gather(1, target), rest = logTarget.expm1().neg();
        Tensor positive = (_positive < 1 ? rest.clamp_min(LastingScalar.Of(LeastRest)) : rest).pow(LastingScalar.Of(_positive)).mul(logTarget).squeeze(1);

        // p^γ as e^(γ log p): the power of a p that is 0 would have no slope below γ = 1.
        Tensor each = log.mul(LastingScalar.Of(_negative)).exp().mul(log), negative = each.sum(1).sub(each.gather(1, target).squeeze(1));
        return positive.mul(LastingScalar.Of(own)).add(negative.mul(LastingScalar.Of(other)), LastingScalar.One).neg();
    }
}
