using MathNet.Numerics;
using MathNet.Numerics.Statistics;

namespace Tailor.Evaluation;

/// <summary>
/// Wilcoxon's two-sided signed-rank test of paired values (Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1, 1945): as the paired t-test, without assuming normal differences.
/// Pairs that are equal are left out. Fewer than six pairs can never give p below 0.05.
/// </summary>
/// <param name="Count">The pairs that differ.</param>
/// <param name="Statistic">The smaller of the rank sums of the positive and the negative differences.</param>
/// <param name="PValue">The two-sided p-value, in [0, 1]; 1 when no pair differs.</param>
/// <param name="Exact">Whether it comes from the exact distribution; else from the normal approximation, corrected for ties and not for continuity, as SciPy's.</param>
public sealed record WilcoxonTest(int Count, double Statistic, double PValue, bool Exact)
{
    /// <summary>Up to so many pairs, when none are equal or tied, the distribution is counted out: SciPy's bound.</summary>
    private const int MostExact = 50;

    /// <summary>Tests paired values.</summary>
    /// <param name="a">The values of one side.</param>
    /// <param name="b">Those of the other, pair by pair.</param>
    /// <exception cref="ArgumentException">The two differ in length.</exception>
    public static WilcoxonTest Paired(IReadOnlyList<double> a, IReadOnlyList<double> b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (a.Count != b.Count)
        {
            throw new ArgumentException($"{a.Count} values cannot be paired with {b.Count}", nameof(b));
        }

        double[] differences = [.. a.Zip(b, (x, y) => x - y).Where(d => d != 0)];
        int count = differences.Length;
        if (count == 0)
        {
            return new WilcoxonTest(0, 0, 1, Exact: true);
        }

        double[] ranks = differences.Select(Math.Abs).Ranks(RankDefinition.Average);
        double positive = differences.Zip(ranks, (d, rank) => d > 0 ? rank : 0).Sum();
        double statistic = Math.Min(positive, (count * (count + 1) / 2.0) - positive);
        int[] ties = [.. ranks.CountBy(rank => rank).Select(tie => tie.Value)];
        bool exact = count <= MostExact && count == a.Count && ties.Length == count;
        return new WilcoxonTest(count, statistic, exact ? Counted(count, statistic) : Approximate(count, statistic, ties), exact);
    }

    /// <summary>The share of the 2^n choices of signs whose rank sum is at most the statistic, on both sides.</summary>
    private static double Counted(int count, double statistic)
    {
        double[] ways = new double[(count * (count + 1) / 2) + 1];
        ways[0] = 1;
        for (int rank = 1; rank <= count; rank++)
        {
            for (int sum = ways.Length - 1; sum >= rank; sum--)
            {
                ways[sum] += ways[sum - rank];
            }
        }

        return Math.Min(1, 2 * ways.Take((int)statistic + 1).Sum() / Math.Pow(2, count));
    }

    private static double Approximate(int count, double statistic, int[] ties)
    {
        double n = count, tied = ties.Sum(t => (Math.Pow(t, 3) - t) / 2);
        double variance = ((n * (n + 1) * ((2 * n) + 1)) - tied) / 24;
        return variance > 0 ? SpecialFunctions.Erfc(Math.Abs(statistic - (n * (n + 1) / 4)) / Math.Sqrt(2 * variance)) : 1;
    }
}
