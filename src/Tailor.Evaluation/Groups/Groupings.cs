namespace Tailor.Evaluation;

/// <summary>The divisions of classes by frequency that papers on long tails report.</summary>
public static class Groupings
{
    /// <summary>
    /// Glee's head and tail (EMNLP 2022, arXiv 2205.05461, its published code):
    /// the classes of the labels being scored, from the most frequent on (the smaller id first among equals);
    /// a class is head while the running share including it is below the threshold, and tail from the class that reaches it on.
    /// When the first class alone reaches it, head is empty. Where all scored classes are equally frequent, which the papers' test sets are not, the training examples order them.
    /// </summary>
    /// <param name="gold">The gold labels being scored; classes that do not stand in them belong to no group.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="rho">The threshold, in [0, 1]: the paper has 0.55 for R52 and MSRA, 0.65 for CMID and IFLYTEK, 0.8 for CTC.</param>
    /// <param name="trainCounts">Training examples of each class, or null when they are not known.</param>
    /// <exception cref="ArgumentOutOfRangeException">A class id or the threshold is out of range.</exception>
    public static Grouping GleeHeadTail(ReadOnlySpan<int> gold, int classes, double rho = 0.55, IReadOnlyList<int>? trainCounts = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rho);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rho, 1);
        int[] counts = new int[classes];
        foreach (int label in gold)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)label, (uint)classes, nameof(gold));
            counts[label]++;
        }

        List<int> head = [];
        List<int> tail = [];
        long running = 0;
        int[] scored = [.. Enumerable.Range(0, classes).Where(c => counts[c] > 0)];
        bool balanced = trainCounts is not null && scored.All(c => counts[c] == counts[scored[0]]);
        foreach (int c in scored.OrderByDescending(c => balanced ? trainCounts![c] : counts[c]).ThenBy(c => c))
        {
            running += counts[c];
            ((double)running / gold.Length < rho ? head : tail).Add(c);
        }

        string rule = FormattableString.Invariant($"head while the running share of the labels, most frequent class first{(balanced ? " (in training: all are equally frequent here)" : "")}, is below {rho}");
        return new Grouping("head/tail", "the labels scored (Glee, EMNLP 2022)", rule, [new("head", head), new("tail", tail)]);
    }

    /// <summary>Many, medium and few-shot classes by their training examples (Liu et al., "Large-scale long-tailed recognition in an open world", CVPR 2019).</summary>
    /// <param name="trainCounts">Training examples of each class, by class id.</param>
    /// <param name="manyAbove">A class with more examples than this is many-shot.</param>
    /// <param name="fewBelow">A class with fewer examples than this is few-shot; at most <paramref name="manyAbove"/> + 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The thresholds overlap.</exception>
    public static Grouping ManyMediumFew(IReadOnlyList<int> trainCounts, int manyAbove = 100, int fewBelow = 20) => ManyMediumFew(trainCounts, "Liu et al., CVPR 2019", manyAbove, fewBelow);

    /// <summary>Many, medium and few-shot classes by their training examples, with published bounds.</summary>
    /// <param name="trainCounts">Training examples of each class, by class id.</param>
    /// <param name="bounds">Whose.</param>
    public static Grouping ManyMediumFew(IReadOnlyList<int> trainCounts, ShotBounds bounds) => bounds == ShotBounds.Lpt ? ManyMediumFew(trainCounts, "LPT's code, ICLR 2023", 100, 21) : ManyMediumFew(trainCounts);

    private static Grouping ManyMediumFew(IReadOnlyList<int> trainCounts, string source, int manyAbove, int fewBelow)
    {
        ArgumentNullException.ThrowIfNull(trainCounts);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fewBelow, manyAbove + 1);
        IReadOnlyList<int> Where(Func<int, bool> chosen) => Enumerable.Range(0, trainCounts.Count).Where(c => chosen(trainCounts[c])).ToArray();
        string rule = FormattableString.Invariant($"many above {manyAbove} examples, medium {fewBelow} to {manyAbove}, few below {fewBelow}");
        return new Grouping("many/medium/few", $"training examples ({source})", rule, [new("many", Where(n => n > manyAbove)), new("medium", Where(n => n >= fewBelow && n <= manyAbove)), new("few", Where(n => n < fewBelow))]);
    }
}
