using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace Tailor.Evaluation;

/// <summary>
/// Student's two-sided t-test of a mean difference (Student, "The probable error of a mean", Biometrika 6, 1908), with the interval that goes with it.
/// It takes the differences as independent draws from a normal distribution; over seeds that is an assumption, and few seeds cannot check it.
/// </summary>
/// <param name="Count">The number of differences, at least 2.</param>
/// <param name="MeanDifference">Their mean.</param>
/// <param name="Statistic">The mean over its standard error, with <paramref name="Count"/> - 1 degrees of freedom; null when the differences do not vary.</param>
/// <param name="PValue">The two-sided p-value, in [0, 1]. Without variation it is 1 when every difference is 0, and null otherwise: no spread was seen by which to judge.</param>
/// <param name="Interval">The confidence interval of the mean difference; null when the differences do not vary.</param>
public sealed record TTest(int Count, double MeanDifference, double? Statistic, double? PValue, Interval? Interval)
{
    /// <summary>Differences that agree to this share of the largest value differ by rounding alone.</summary>
    private const double RoundingShare = 1e-12;

    /// <summary>Tests whether paired values have the same mean; <paramref name="a"/> minus <paramref name="b"/> is looked at.</summary>
    /// <param name="a">The values of one side.</param>
    /// <param name="b">Those of the other, pair by pair.</param>
    /// <param name="confidence">The level of the interval, in (0, 1).</param>
    /// <exception cref="ArgumentException">The two differ in length, or there are fewer than two pairs.</exception>
    public static TTest Paired(IReadOnlyList<double> a, IReadOnlyList<double> b, double confidence = 0.95)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (a.Count != b.Count)
        {
            throw new ArgumentException($"{a.Count} values cannot be paired with {b.Count}", nameof(b));
        }

        double scale = a.Concat(b).Select(Math.Abs).DefaultIfEmpty().Max();
        return Of([.. a.Zip(b, (x, y) => x - y)], scale, confidence);
    }

    /// <summary>Tests whether values have a given mean; the values minus <paramref name="mean"/> are looked at.</summary>
    /// <param name="values">The values.</param>
    /// <param name="mean">The mean to test for.</param>
    /// <param name="confidence">The level of the interval, in (0, 1).</param>
    /// <exception cref="ArgumentException">There are fewer than two values.</exception>
    public static TTest OneSample(IReadOnlyList<double> values, double mean, double confidence = 0.95)
    {
        ArgumentNullException.ThrowIfNull(values);
        double scale = values.Select(Math.Abs).Append(Math.Abs(mean)).Max();
        return Of([.. values.Select(value => value - mean)], scale, confidence);
    }

    /// <summary>The same test with the two sides exchanged.</summary>
    public TTest Reversed() => this with { MeanDifference = -MeanDifference, Statistic = -Statistic, Interval = Interval is { } i ? new Interval(-i.Upper, -i.Lower) : null };

    private static TTest Of(double[] differences, double scale, double confidence)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(confidence, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(confidence, 1);
        if (differences.Length < 2)
        {
            throw new ArgumentException($"a t-test needs at least two differences, not {differences.Length}", nameof(differences));
        }

        (double mean, double deviation) = differences.MeanStandardDeviation();
        if (deviation <= RoundingShare * scale)
        {
            return new TTest(differences.Length, mean, null, Math.Abs(mean) <= RoundingShare * scale ? 1 : null, null);
        }

        double freedom = differences.Length - 1, error = deviation / Math.Sqrt(differences.Length), statistic = mean / error;
        double half = error * StudentT.InvCDF(0, 1, freedom, (1 + confidence) / 2);
        return new TTest(differences.Length, mean, statistic, Math.Min(1, 2 * StudentT.CDF(0, 1, freedom, -Math.Abs(statistic))), new Interval(mean - half, mean + half));
    }
}

/// <summary>An interval of the numbers.</summary>
/// <param name="Lower">Its lower end.</param>
/// <param name="Upper">Its upper end.</param>
public readonly record struct Interval(double Lower, double Upper);
