using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>Labelled examples in three parts, and the classes they belong to.</summary>
public abstract class LabelledDataset
{
    private protected LabelledDataset(LabelSet labels, IReadOnlyList<int> trainCounts) => (Labels, TrainCounts) = (labels, trainCounts);

    /// <summary>Refuses shares of dev and test that leave nothing to train on.</summary>
    /// <param name="dev">The share of dev.</param>
    /// <param name="test">The share of test.</param>
    /// <exception cref="InputException">One is negative, or they sum to 1 or more.</exception>
    private protected static void RequireShares(double dev, double test)
    {
        if (!(dev >= 0 && test >= 0 && dev + test < 1))
        {
            throw new InputException($"the dev fraction {dev} and the test fraction {test} must not be negative and must sum to less than 1");
        }
    }

    /// <summary>Training examples of each class.</summary>
    /// <param name="labels">The classes.</param>
    /// <param name="ids">The class index of each training example, at least one.</param>
    /// <param name="onlyOne">The fault where they all are of one class.</param>
    /// <param name="sentences">Takes a sentence when classes have no example.</param>
    /// <exception cref="InputException">They are all of one class.</exception>
    private protected static int[] Count(LabelSet labels, IEnumerable<int> ids, Func<InputException> onlyOne, List<string> sentences)
    {
        int[] counts = new int[labels.Count];
        foreach (int id in ids)
        {
            counts[id]++;
        }

        int unused = counts.Count(c => c == 0);
        if (labels.Count - unused < 2)
        {
            throw onlyOne();
        }

        if (unused > 0)
        {
            sentences.Add($"{unused} of {labels.Count} classes {(unused == 1 ? "has" : "have")} no training example.");
        }

        return counts;
    }

    /// <summary>The classes; a class's index is its place among a classifier's outputs.</summary>
    public LabelSet Labels { get; }

    /// <summary>The number of training examples of each class.</summary>
    public IReadOnlyList<int> TrainCounts { get; }

    /// <summary>SHA-256 in hexadecimal over the labels and all examples, part by part in order. Equal data give equal fingerprints.</summary>
    public abstract string Fingerprint { get; }

    /// <summary>What was decided or noticed while loading, a sentence each.</summary>
    public abstract IReadOnlyList<string> Notes { get; }

    /// <summary>Whether the labels are numbers to predict.</summary>
    public virtual bool HasNumbers => false;

    /// <summary>The number of examples of a part.</summary>
    /// <param name="part">The part.</param>
    public abstract int Count(SplitPart part);

    /// <summary>The class index of each example of a part.</summary>
    /// <param name="part">The part.</param>
    public abstract int[] LabelIds(SplitPart part);

    /// <summary>What each example of a part is called in a list of predictions: its text, or its file.</summary>
    /// <param name="part">The part.</param>
    public abstract IEnumerable<string> Captions(SplitPart part);
}
