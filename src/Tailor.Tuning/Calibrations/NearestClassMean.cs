using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning;

/// <summary>
/// The nearest class mean (Kang et al., ICLR 2020, section 4.2): the head's features, each of unit length, are averaged by class over the training examples, and a text goes to the class whose mean has the largest cosine with its
/// feature, or the least distance from it; a score is the cosine, or less the squared distance, times a scale. It stands in the place of the last layer and cannot be folded into one, since it divides by the feature's length. Features are what the last layer reads; of an MLM head, the
/// transformed state of the mask.
/// </summary>
/// <param name="means">The means, of cosines at unit length, [classes, width] row-major; a row of zeros for a class without examples, which then is as far as can be: cosine -1, distance 2.</param>
/// <param name="classes">The number of classes.</param>
/// <param name="scale">What the cosines or squared distances are multiplied by, above 0.</param>
/// <param name="distance">Which of the two.</param>
public sealed class NearestClassMean(float[] means, int classes, double scale, ClassMeanDistance distance = ClassMeanDistance.Cosine)
{
    private readonly bool[] _absent = [.. means.Chunk(means.Length / classes).Select(row => row.All(value => value == 0))];

    /// <summary>The means, of cosines at unit length, [classes, width] row-major.</summary>
    public IReadOnlyList<float> Means => means;

    /// <summary>What the cosines or squared distances are multiplied by.</summary>
    public double Scale => scale;

    /// <summary>Which of the two.</summary>
    public ClassMeanDistance Distance => distance;

    /// <summary>Averages features by class, in float64.</summary>
    /// <param name="features">[examples, width].</param>
    /// <param name="labels">Class ids, int64 [examples].</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="scale">What the cosines or squared distances are multiplied by.</param>
    /// <param name="distance">Which of the two.</param>
    public static NearestClassMean Of(Tensor features, Tensor labels, int classes, double scale, ClassMeanDistance distance = ClassMeanDistance.Cosine)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(labels);
        using DisposeScope scope = NewDisposeScope();
        Tensor sums = zeros([classes, features.shape[1]], ScalarType.Float64, features.device).index_add_(0, labels, F.normalize(features.to(ScalarType.Float64), dim: 1), LastingScalar.One);

        // A mean and a sum have one direction.
        Tensor found = distance == ClassMeanDistance.Cosine ? F.normalize(sums, dim: 1) : sums.div(labels.bincount(null, classes).clamp_min(LastingScalar.Of(1)).unsqueeze(1));
        return new NearestClassMean(found.to(ScalarType.Float32).cpu().data<float>().ToArray(), classes, scale, distance);
    }

    /// <summary>Scores features.</summary>
    /// <param name="features">[examples, width].</param>
    /// <returns>[examples, classes].</returns>
    public Tensor Scores(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        Tensor rows = tensor(means, [classes, means.Length / classes], dtype: features.dtype, device: features.device), absent = tensor(_absent, device: features.device);
        Tensor products = F.normalize(features, dim: 1).matmul(rows.t());

        // Features have length 1, so less the squared distance is 2 x m - m m - 1.
        return (distance == ClassMeanDistance.Cosine ? products.masked_fill(absent, LastingScalar.Of(-1)) : products.mul(LastingScalar.Of(2)).sub(rows.pow(LastingScalar.Of(2)).sum(1)).sub(LastingScalar.Of(1)).masked_fill(absent, LastingScalar.Of(-4))).mul(LastingScalar.Of(scale));
    }
}
