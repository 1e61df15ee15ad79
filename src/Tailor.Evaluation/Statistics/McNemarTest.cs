using MathNet.Numerics.Distributions;

namespace Tailor.Evaluation;

/// <summary>
/// McNemar's exact two-sided test of two classifiers on the same examples (McNemar, Psychometrika 12, 1947; Dietterich, Neural Computation 10, 1998, section 3.1):
/// of the examples that one has right and the other wrong, is one side's share above a half? It speaks of these two trained models, not of their methods: another seed is another model.
/// </summary>
/// <param name="OnlyFirst">Examples that only the first has right.</param>
/// <param name="OnlySecond">Examples that only the second has right.</param>
/// <param name="PValue">The binomial test's two-sided p-value, in [0, 1]; 1 when the two never differ.</param>
public sealed record McNemarTest(int OnlyFirst, int OnlySecond, double PValue)
{
    /// <summary>Tests the counts.</summary>
    /// <param name="onlyFirst">Examples that only the first has right, at least 0.</param>
    /// <param name="onlySecond">Examples that only the second has right, at least 0.</param>
    public static McNemarTest Exact(int onlyFirst, int onlySecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(onlyFirst);
        ArgumentOutOfRangeException.ThrowIfNegative(onlySecond);
        int fewer = Math.Min(onlyFirst, onlySecond), all = onlyFirst + onlySecond;
        return new McNemarTest(onlyFirst, onlySecond, all == 0 ? 1 : Math.Min(1, 2 * Binomial.CDF(0.5, all, fewer)));
    }

    /// <summary>Tests predictions.</summary>
    /// <param name="first">What the first said of each example.</param>
    /// <param name="second">What the second said of the same examples, in the same order.</param>
    /// <exception cref="ArgumentException">They are not the same examples: their number, a text or a right class differs.</exception>
    public static McNemarTest Of(IReadOnlyList<ScoredExample> first, IReadOnlyList<ScoredExample> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count != second.Count)
        {
            throw new ArgumentException($"{first.Count} examples in one and {second.Count} in the other", nameof(second));
        }

        int onlyFirst = 0, onlySecond = 0;
        for (int i = 0; i < first.Count; i++)
        {
            (ScoredExample a, ScoredExample b) = (first[i], second[i]);
            if (a.Gold != b.Gold || a.Text != b.Text)
            {
                throw new ArgumentException($"example {i + 1} is not the same in both", nameof(second));
            }

            bool right = a.Predicted == a.Gold;
            if (right != (b.Predicted == b.Gold))
            {
                (onlyFirst, onlySecond) = right ? (onlyFirst + 1, onlySecond) : (onlyFirst, onlySecond + 1);
            }
        }

        return Exact(onlyFirst, onlySecond);
    }
}
