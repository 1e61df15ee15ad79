namespace Tailor.Evaluation;

/// <summary>The answers whose confidence, the predicted class's probability, lies in one interval.</summary>
/// <param name="Lower">The interval's lower end, outside of it (0 belongs to the first).</param>
/// <param name="Upper">The interval's upper end, within it.</param>
/// <param name="Examples">The answers in it.</param>
/// <param name="Right">Those that are right.</param>
/// <param name="ConfidenceSum">The sum of their confidences.</param>
public sealed record CalibrationBin(double Lower, double Upper, int Examples, int Right, double ConfidenceSum)
{
    /// <summary>The number of bins where nothing else is said.</summary>
    public const int Usual = 15;

    /// <summary>The mean confidence, or null without answers.</summary>
    public double? Confidence => Examples > 0 ? ConfidenceSum / Examples : null;

    /// <summary>The share of right answers, or null without answers.</summary>
    public double? Accuracy => Examples > 0 ? (double)Right / Examples : null;

    /// <summary>Sorts answers into intervals of equal width.</summary>
    /// <param name="answers">The confidence of each answer, in [0, 1], and whether it is right.</param>
    /// <param name="bins">The number of intervals, at least 1.</param>
    public static IReadOnlyList<CalibrationBin> Of(IEnumerable<(double Confidence, bool Right)> answers, int bins = Usual)
    {
        ArgumentNullException.ThrowIfNull(answers);
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        (int Examples, int Right, double Sum)[] tally = new (int, int, double)[bins];
        foreach ((double confidence, bool right) in answers)
        {
            ref (int Examples, int Right, double Sum) bin = ref tally[IndexOf(confidence, bins)];
            bin = (bin.Examples + 1, bin.Right + (right ? 1 : 0), bin.Sum + confidence);
        }

        return [.. tally.Select((bin, i) => new CalibrationBin((double)i / bins, (i + 1.0) / bins, bin.Examples, bin.Right, bin.Sum))];
    }

    /// <summary>The interval that a probability lies in; 0 belongs to the first.</summary>
    internal static int IndexOf(double probability, int bins) => Math.Clamp((int)Math.Ceiling(probability * bins) - 1, 0, bins - 1);

    /// <summary>The expected calibration error (Guo et al., ICML 2017): the distance of accuracy and mean confidence, weighted by the bin's share of the answers.</summary>
    /// <param name="bins">Bins with at least one answer among them.</param>
    public static double ExpectedError(IReadOnlyList<CalibrationBin> bins) => bins.Sum(bin => Math.Abs(bin.Right - bin.ConfidenceSum)) / bins.Sum(bin => bin.Examples);
}
