using Tailor.Foundation;

namespace Tailor.Tuning;

/// <summary>
/// Repeat-factor sampling (LVIS, Gupta et al., CVPR 2019, appendix B): with f_c the class's share of the examples, r_c = max(1, √(t / f_c)); an epoch holds each example of c ⌊r_c⌋ times, and once more with chance r_c - ⌊r_c⌋,
/// all in a random order. Classes above the share t are left as they are. Epochs are longer than the data and differ by chance.
/// </summary>
/// <param name="classes">The class of each example.</param>
/// <param name="threshold">t in (0, 1].</param>
public sealed class RepeatFactorSampler(IReadOnlyList<int> classes, double threshold) : Sampler
{
    private readonly double[] _factors = Factors(classes, threshold);

    /// <inheritdoc/>
    public override bool HasFixedLength => false;

    /// <summary>r_c of each example's class.</summary>
    /// <param name="classes">The class of each example.</param>
    /// <param name="threshold">t in (0, 1].</param>
    public static double[] Factors(IReadOnlyList<int> classes, double threshold)
    {
        ArgumentNullException.ThrowIfNull(classes);
        Dictionary<int, int> counts = classes.CountBy(c => c).ToDictionary();
        return classes.Select(c => Math.Max(1, Math.Sqrt(threshold * classes.Count / counts[c]))).ToArray();
    }

    /// <inheritdoc/>
    public override int[] Draw(EpochPlace place)
    {
        RandomStream random = RandomStream.For(place.Seed, "repeats", place.Stage, place.Epoch);
        var order = new List<int>(_factors.Length);
        for (int i = 0; i < _factors.Length; i++)
        {
            int times = (int)_factors[i];
            times += random.NextDouble() < _factors[i] - times ? 1 : 0;
            order.AddRange(Enumerable.Repeat(i, times));
        }

        int[] drawn = [.. order];
        random.Shuffle<int>(drawn);
        return drawn;
    }
}
