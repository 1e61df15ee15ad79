using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning;

/// <summary>
/// Seesaw loss (Wang et al., CVPR 2021, equations 4 to 7): in the softmax of label y the rival j is multiplied by min(1, n_j / n_y)^p, which spares rare classes, and by max(1, p_j / p_y)^q, which punishes false
/// positives. Counts are those of the training set, not of what was seen so far.
/// </summary>
/// <param name="trainCounts">Training examples per class.</param>
/// <param name="p">The mitigation's power, at least 0; 0.8 in the paper.</param>
/// <param name="q">The compensation's power, at least 0; 2 in the paper.</param>
/// <param name="weights">One weight per class, or null.</param>
/// <param name="normalize">What the sum is divided by.</param>
public sealed class SeesawLoss(IReadOnlyList<int> trainCounts, double p, double q, float[]? weights = null, Normalize normalize = Normalize.Batch) : ClassificationLoss(weights, normalize)
{
    private const double LeastProbability = 1e-12;
    private readonly double[] _logCounts = ClassPriors.Counts(trainCounts).Select(n => Math.Log(n)).ToArray();

    /// <inheritdoc/>
    public override Tensor PerExample(Tensor logits, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(labels);
        Tensor label = labels.unsqueeze(1), counts = tensor(_logCounts, dtype: logits.dtype, device: logits.device);
        Tensor mitigation = counts.unsqueeze(0).sub(counts.index_select(0, labels).unsqueeze(1)).clamp_max(LastingScalar.Of(0)).mul(LastingScalar.Of(p));
        Tensor probabilities = F.softmax(logits.detach(), 1);
        Tensor ratio = probabilities.div(probabilities.gather(1, label).clamp_min(LastingScalar.Of(LeastProbability)));
        Tensor compensation = ratio.clamp_min(LastingScalar.Of(1)).log().mul(LastingScalar.Of(q));

        // Both are zero for the label itself.
        return F.cross_entropy(logits.add(mitigation, LastingScalar.One).add(compensation, LastingScalar.One), labels, reduction: nn.Reduction.None);
    }
}
