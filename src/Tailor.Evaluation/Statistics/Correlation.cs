using Library = MathNet.Numerics.Statistics.Correlation;

namespace Tailor.Evaluation;

/// <summary>The correlations that GLUE scores regression tasks by (Wang et al., ICLR 2019, section 3.2).</summary>
public static class Correlation
{
    /// <summary>Pearson's correlation of the values, in [-1, 1], or null when one side does not vary.</summary>
    /// <param name="a">The values of one side.</param>
    /// <param name="b">Those of the other, pair by pair.</param>
    /// <exception cref="ArgumentException">The two differ in length, or there are fewer than two pairs.</exception>
    public static double? Pearson(IReadOnlyList<double> a, IReadOnlyList<double> b) => Varies(a, b) ? Library.Pearson(a, b) : null;

    /// <summary>Spearman's correlation, in [-1, 1]: Pearson's of the ranks, equal values sharing their mean rank; null when one side does not vary.</summary>
    /// <param name="a">The values of one side.</param>
    /// <param name="b">Those of the other, pair by pair.</param>
    /// <exception cref="ArgumentException">The two differ in length, or there are fewer than two pairs.</exception>
    public static double? Spearman(IReadOnlyList<double> a, IReadOnlyList<double> b) => Varies(a, b) ? Library.Spearman(a, b) : null;

    private static bool Varies(IReadOnlyList<double> a, IReadOnlyList<double> b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        return a.Count == b.Count && a.Count >= 2
            ? a.Any(x => x != a[0]) && b.Any(x => x != b[0])
            : throw new ArgumentException($"a correlation needs two or more pairs, not {a.Count} values beside {b.Count}", nameof(b));
    }
}
