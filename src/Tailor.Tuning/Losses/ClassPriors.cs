namespace Tailor.Tuning;

/// <summary>The classes' shares of the training examples. A class without training examples counts as having one.</summary>
internal static class ClassPriors
{
    /// <summary>Training examples per class, at least 1.</summary>
    public static double[] Counts(IReadOnlyList<int> trainCounts)
    {
        ArgumentNullException.ThrowIfNull(trainCounts);
        return trainCounts.Select(n => (double)Math.Max(1, n)).ToArray();
    }

    /// <summary>The logarithm of each share.</summary>
    public static double[] Logarithms(IReadOnlyList<int> trainCounts)
    {
        double[] counts = Counts(trainCounts);
        double total = counts.Sum();
        return counts.Select(n => Math.Log(n / total)).ToArray();
    }
}
