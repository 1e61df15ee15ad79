namespace Tailor.Data;

/// <summary>Labelled examples in three parts, and the classes they belong to.</summary>
public abstract class LabelledDataset
{
    private protected LabelledDataset(LabelSet labels, IReadOnlyList<int> trainCounts) => (Labels, TrainCounts) = (labels, trainCounts);

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
