using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning;

/// <summary>
/// The nearest class mean (Kang et al., ICLR 2020, section 4.2): the head's features, each of unit length, are averaged by class over the training examples, and a text goes to the class whose mean has the largest cosine with its
/// feature; a score is the cosine times a scale. It stands in the place of the last layer and cannot be folded into one, since it divides by the feature's length. Features are what the last layer reads; of an MLM head, the
/// transformed state of the mask.
/// </summary>
/// <param name="units">The means at unit length, [classes, width] row-major; a row of zeros for a class without examples, whose cosine is then -1.</param>
/// <param name="classes">The number of classes.</param>
/// <param name="scale">What the cosines are multiplied by, above 0.</param>
public sealed class NearestClassMean(float[] units, int classes, double scale)
{
    private readonly bool[] _absent = [.. units.Chunk(units.Length / classes).Select(row => row.All(value => value == 0))];

    /// <summary>The means at unit length, [classes, width] row-major.</summary>
    public IReadOnlyList<float> Units => units;

    /// <summary>What the cosines are multiplied by.</summary>
    public double Scale => scale;

    /// <summary>Averages features by class, in float64.</summary>
    /// <param name="features">[examples, width].</param>
    /// <param name="labels">Class ids, int64 [examples].</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="scale">What the cosines are multiplied by.</param>
    public static NearestClassMean Of(Tensor features, Tensor labels, int classes, double scale)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(labels);
        using DisposeScope scope = NewDisposeScope();

        // A mean and a sum have one direction.
        Tensor sums = zeros([classes, features.shape[1]], ScalarType.Float64, features.device).index_add_(0, labels, F.normalize(features.to(ScalarType.Float64), dim: 1), 1);
        return new NearestClassMean(F.normalize(sums, dim: 1).to(ScalarType.Float32).cpu().data<float>().ToArray(), classes, scale);
    }

    /// <summary>Scores features.</summary>
    /// <param name="features">[examples, width].</param>
    /// <returns>[examples, classes].</returns>
    public Tensor Scores(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        Tensor means = tensor(units, [classes, units.Length / classes], dtype: features.dtype, device: features.device);
        return F.normalize(features, dim: 1).matmul(means.t()).masked_fill(tensor(_absent, device: features.device), -1).mul(scale);
    }
}
