using MathNet.Numerics.Statistics;

namespace Tailor.Evaluation;

/// <summary>A score over runs that differ in their seed alone.</summary>
/// <param name="Runs">The number of runs.</param>
/// <param name="Mean">The mean.</param>
/// <param name="StandardDeviation">The sample standard deviation (n - 1), or null for a single run.</param>
public sealed record SeedStatistics(int Runs, double Mean, double? StandardDeviation)
{
    /// <summary>Sums up the runs.</summary>
    /// <param name="values">The score of each run, at least one.</param>
    /// <exception cref="ArgumentException">There is no run.</exception>
    public static SeedStatistics Of(IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count == 0)
        {
            throw new ArgumentException("there is no run to sum up", nameof(values));
        }

        (double mean, double deviation) = values.MeanStandardDeviation();
        return new SeedStatistics(values.Count, mean, values.Count > 1 ? deviation : null);
    }
}
