namespace Tailor.Data;

/// <summary>How many examples each class of a long-tailed training set has.</summary>
public sealed class LongTailProfile
{
    private LongTailProfile(string name, int[] counts) => (Name, Counts) = (name, counts);

    /// <summary>The kind of profile and its parameters, in words.</summary>
    public string Name { get; }

    /// <summary>The number of examples of each class, by class index.</summary>
    public IReadOnlyList<int> Counts { get; }

    /// <summary>The largest count over the smallest.</summary>
    public double ImbalanceRatio => (double)Counts.Max() / Counts.Min();

    /// <summary>
    /// Counts that fall exponentially with the class index: <c>n_i = int(n_max * (1 / ratio)^(i / (C - 1)))</c>, truncated, as CIFAR-LT is made
    /// (Cui et al., CVPR 2019; LDAM's code).
    /// </summary>
    /// <param name="largest">n_max, the count of class 0; at least 1.</param>
    /// <param name="ratio">The imbalance ratio, from 1 to <paramref name="largest"/>, so that no class is left empty.</param>
    /// <param name="classes">C, at least 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public static LongTailProfile Exponential(int largest, double ratio, int classes)
    {
        Check(largest, ratio, classes);
        var counts = new int[classes];
        for (int i = 0; i < classes; i++)
        {
            counts[i] = (int)(largest * Math.Pow(1 / ratio, i / (classes - 1.0)));
        }

        return new LongTailProfile($"exponential (largest class {largest}, ratio {ratio}, {classes} classes)", counts);
    }

    /// <summary>The count of one class along the same curve from the largest to the smallest, rounded; what the made-up sets have.</summary>
    /// <param name="largest">The count of class 0.</param>
    /// <param name="smallest">The count of the last class.</param>
    /// <param name="index">The class, from 0.</param>
    /// <param name="classes">C, at least 2.</param>
    internal static int RoundedExponential(int largest, int smallest, int index, int classes) => (int)Math.Round(largest * Math.Pow((double)largest / smallest, -(double)index / (classes - 1)));

    /// <summary>Two levels: the first half of the classes (rounded down) has n_max examples, the rest <c>int(n_max / ratio)</c> (Buda et al., Neural Networks 2018; LDAM's code).</summary>
    /// <param name="largest">n_max, at least 1.</param>
    /// <param name="ratio">The imbalance ratio, from 1 to <paramref name="largest"/>.</param>
    /// <param name="classes">At least 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public static LongTailProfile Step(int largest, double ratio, int classes)
    {
        Check(largest, ratio, classes);
        var counts = new int[classes];
        Array.Fill(counts, largest);
        counts.AsSpan(classes / 2).Fill((int)(largest * (1 / ratio)));
        return new LongTailProfile($"step (largest class {largest}, ratio {ratio}, {classes} classes)", counts);
    }

    /// <summary>
    /// Counts that fall as a power of the class's rank, as those of a Pareto distribution do: <c>n_i = int(n_max * (i + 1)^(-1 / alpha))</c>. ImageNet-LT and Places-LT (Liu et al., CVPR 2019) are lists drawn with alpha 6 and are not
    /// made by a formula.
    /// </summary>
    /// <param name="largest">n_max, the count of class 0; at least 1.</param>
    /// <param name="alpha">The distribution's shape, above 0; the smaller, the longer the tail. It must leave the last class at least one example.</param>
    /// <param name="classes">C, at least 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public static LongTailProfile Pareto(int largest, double alpha, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(largest, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        int Count(int i) => (int)(largest * Math.Pow(i + 1, -1 / alpha));
        if (!(alpha > 0 && Count(classes - 1) >= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, $"The shape must be above 0 and leave at least one of {largest} examples to the last of {classes} classes.");
        }

        return new LongTailProfile($"pareto (largest class {largest}, alpha {alpha}, {classes} classes)", [.. Enumerable.Range(0, classes).Select(Count)]);
    }

    /// <summary>Two classes, one kept whole, the other down to <c>floor(rate * kept)</c>: as SST-2 is thinned out in the code of two-stage fine-tuning (arXiv 2207.10858).</summary>
    /// <param name="kept">The examples of the class that is kept whole, at least 1.</param>
    /// <param name="rate">The share of <paramref name="kept"/> that the other class keeps, in (0, 1], and at least one example of it.</param>
    /// <param name="sampledClass">The class that is sampled down, 0 or 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public static LongTailProfile TwoClass(int kept, double rate, int sampledClass = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(kept, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(sampledClass);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sampledClass, 1);
        if (!(rate is > 0 and <= 1 && (int)Math.Floor(rate * kept) >= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(rate), rate, $"The rate must lie in (0, 1] and leave at least one of {kept} examples.");
        }

        int[] counts = [kept, kept];
        counts[sampledClass] = (int)Math.Floor(rate * kept);
        return new LongTailProfile($"two-class (class {sampledClass} at {rate} of {kept})", counts);
    }

    private static void Check(int largest, double ratio, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(largest, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        if (!(ratio >= 1 && ratio <= largest))
        {
            throw new ArgumentOutOfRangeException(nameof(ratio), ratio, $"The ratio must lie between 1 and the largest class's {largest} examples.");
        }
    }
}
