using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning;

/// <summary>
/// Label-distribution-aware margins (Cao et al., NeurIPS 2019, equation 13): the label's logit is lowered by m_y = max_margin (n_min / n_y)^(1/4) before a cross-entropy of logits times s. Over cosines s = 30 is usual;
/// two-stage fine-tuning (arXiv 2207.10858) takes plain logits and s = 1.
/// </summary>
/// <param name="trainCounts">Training examples per class.</param>
/// <param name="maxMargin">The rarest class's margin, at least 0.</param>
/// <param name="scale">s above 0.</param>
/// <param name="weights">One weight per class, or null.</param>
/// <param name="normalize">What the sum is divided by.</param>
public sealed class LdamLoss(IReadOnlyList<int> trainCounts, double maxMargin, double scale, float[]? weights = null, Normalize normalize = Normalize.Batch) : ClassificationLoss(weights, normalize)
{
    private readonly double[] _margins = Margins(trainCounts, maxMargin);

    /// <summary>The classes' margins.</summary>
    /// <param name="trainCounts">Training examples per class.</param>
    /// <param name="maxMargin">The rarest class's margin.</param>
    public static double[] Margins(IReadOnlyList<int> trainCounts, double maxMargin)
    {
        double[] counts = ClassPriors.Counts(trainCounts);
        double smallest = counts.Min();
        return counts.Select(n => maxMargin * Math.Pow(smallest / n, 0.25)).ToArray();
    }

    /// <inheritdoc/>
    public override Tensor PerExample(Tensor logits, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(labels);
        Tensor margins = tensor(_margins, dtype: logits.dtype, device: logits.device).mul(F.one_hot(labels, _margins.Length).to(logits.dtype));
        return F.cross_entropy(logits.sub(margins).mul(LastingScalar.Of(scale)), labels, reduction: nn.Reduction.None);
    }
}
