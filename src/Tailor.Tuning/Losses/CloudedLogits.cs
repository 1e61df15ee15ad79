using Tailor.Engine;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning;

/// <summary>
/// Gaussian clouded logits (Li et al., CVPR 2022, section 3.2, as its code runs): z_c = s (cos_c - a |ε| δ_c - m [c = y]) with δ_c = log(n_max / n_c) / log(n_max / n_min), 0 for the largest class and 1 for the smallest; all 0 where
/// the counts are equal. The noise lowers every class, the margin the label alone.
/// </summary>
/// <param name="trainCounts">Training examples per class.</param>
/// <param name="scale">s above 0.</param>
/// <param name="margin">m at least 0.</param>
/// <param name="noise">a at least 0.</param>
internal sealed class CloudedLogits(IReadOnlyList<int> trainCounts, double scale, double margin, double noise)
{
    private readonly double[] _clouds = Deltas(trainCounts).Select(delta => noise * delta).ToArray();

    /// <summary>δ of each class.</summary>
    public static double[] Deltas(IReadOnlyList<int> trainCounts)
    {
        double[] counts = ClassPriors.Counts(trainCounts);
        double largest = counts.Max(), range = Math.Log(largest / counts.Min());
        return counts.Select(n => range == 0 ? 0 : Math.Log(largest / n) / range).ToArray();
    }

    /// <summary>The clouded logits of cosines.</summary>
    /// <param name="cosines">[examples, classes].</param>
    /// <param name="labels">Class ids, int64 [examples].</param>
    /// <param name="source">Where ε comes from.</param>
    /// <returns>[examples, classes].</returns>
    public Tensor Of(Tensor cosines, Tensor labels, LogitNoise source)
    {
        ArgumentNullException.ThrowIfNull(cosines);
        ArgumentNullException.ThrowIfNull(source);
        Tensor lowered = cosines.sub(F.one_hot(labels, _clouds.Length).to(cosines.dtype).mul(LastingScalar.Of(margin)));
        if (noise > 0 && source.Magnitudes(cosines.shape[0], _clouds.Length) is { } magnitudes)
        {
            lowered = lowered.sub(magnitudes.to(cosines.dtype, cosines.device).mul(tensor(_clouds, dtype: cosines.dtype, device: cosines.device)));
        }

        return lowered.mul(LastingScalar.Of(scale));
    }
}
