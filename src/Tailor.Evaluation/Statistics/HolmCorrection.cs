namespace Tailor.Evaluation;

/// <summary>Holm's step-down correction of p-values for many comparisons (Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6, 1979).</summary>
public static class HolmCorrection
{
    /// <summary>Adjusts p-values: at a level of 5 %, the chance that any of the comparisons below it is false stays under 5 %.</summary>
    /// <param name="pValues">The p-values of one family of comparisons, each in [0, 1].</param>
    /// <returns>The adjusted ones in the same order, each in [0, 1] and none below its own.</returns>
    public static double[] Adjust(IReadOnlyList<double> pValues)
    {
        ArgumentNullException.ThrowIfNull(pValues);
        double[] adjusted = new double[pValues.Count];
        double largest = 0;
        int left = pValues.Count;
        foreach (int i in Enumerable.Range(0, pValues.Count).OrderBy(i => pValues[i]))
        {
            largest = Math.Max(largest, Math.Min(1, left-- * pValues[i]));
            adjusted[i] = largest;
        }

        return adjusted;
    }
}
