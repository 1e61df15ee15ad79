using System.Globalization;
using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>Labelled texts in three parts, and the classes they belong to.</summary>
public sealed class TextDataset : LabelledDataset
{
    private TextDataset(
        LabelSet labels, IReadOnlyList<TextExample> train, IReadOnlyList<TextExample> dev, IReadOnlyList<TextExample> test, int[] trainCounts, IEnumerable<string> notes)
        : base(labels, trainCounts)
    {
        (Train, Dev, Test) = (train, dev, test);
        HasPairs = train[0].Pair is not null;
        Repeats = RepeatedTexts.Count(train, dev, test);
        Fingerprint = DatasetFingerprint.Of(labels, train, dev, test);
        Notes = [.. notes, .. Repeats.ToSentences()];
    }

    /// <summary>The one label of a data set whose labels are numbers.</summary>
    public static LabelSet NumberLabels { get; } = new(["value"]);

    /// <summary>Whether the labels are numbers to predict; <see cref="LabelledDataset.Labels"/> is then <see cref="NumberLabels"/>.</summary>
    public override bool HasNumbers => ReferenceEquals(Labels, NumberLabels);

    /// <summary>The examples to train on.</summary>
    public IReadOnlyList<TextExample> Train { get; }

    /// <summary>The examples by which the best step is chosen; may be empty.</summary>
    public IReadOnlyList<TextExample> Dev { get; }

    /// <summary>The examples whose scores are reported; may be empty.</summary>
    public IReadOnlyList<TextExample> Test { get; }

    /// <summary>Whether every example is a pair of texts; otherwise none is.</summary>
    public bool HasPairs { get; }

    /// <inheritdoc/>
    /// <remarks>Whatever files the data came from.</remarks>
    public override string Fingerprint { get; }

    /// <summary>How often texts come back within train and across the parts.</summary>
    public RepeatedTexts Repeats { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Notes { get; }

    /// <summary>Puts a data set together.</summary>
    /// <param name="labels">The classes.</param>
    /// <param name="train">The training examples; at least two classes among them.</param>
    /// <param name="dev">The dev examples.</param>
    /// <param name="test">The test examples.</param>
    /// <param name="notes">What was decided on the way, a sentence each.</param>
    /// <param name="source">The file, folder or generator, for messages.</param>
    /// <exception cref="InputException">Train has fewer than two classes, a label is missing or not among <paramref name="labels"/>, or pairs and single texts are mixed.</exception>
    public static TextDataset Create(
        LabelSet labels, IReadOnlyList<TextExample> train, IReadOnlyList<TextExample> dev, IReadOnlyList<TextExample> test, IReadOnlyList<string>? notes = null, string source = "data")
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(dev);
        ArgumentNullException.ThrowIfNull(test);
        if (train.Count == 0)
        {
            throw InputException.At(source, "no training rows", "give rows of at least two classes");
        }

        bool numbers = ReferenceEquals(labels, NumberLabels);
        CheckRows(labels, train, "train", train[0].Pair is not null, source);
        CheckRows(labels, dev, "dev", train[0].Pair is not null, source);
        CheckRows(labels, test, "test", train[0].Pair is not null, source);
        List<string> sentences = [.. notes ?? []];
        int[] counts = numbers ? [train.Count] : Count(
            labels,
            train.Select(row => labels.IndexOf(row.Label!)),
            () => InputException.At(source, $"only one class, '{Excerpt.Of(train[0].Label!)}', in {train.Count:N0} training rows", "a classifier needs rows of at least two classes; is this the label column?"),
            sentences);
        return new TextDataset(labels, train, dev, test, counts, sentences);
    }

    /// <summary>
    /// Loads a folder with a train file and, if they are there, dev (also named valid, validation, val) and test files and a <c>label2idx.json</c>; or one file, which is split here,
    /// class by class. A folder without a dev file gives part of its training rows to dev.
    /// </summary>
    /// <param name="directoryOrFile">The folder or the file.</param>
    /// <param name="options">The columns, the split and what to do with unseen labels.</param>
    /// <exception cref="InputException">The data are missing or faulty; the message names the place.</exception>
    public static TextDataset Load(string directoryOrFile, DatasetOptions options)
    {
        ArgumentNullException.ThrowIfNull(directoryOrFile);
        ArgumentNullException.ThrowIfNull(options);
        RequireShares(options.DevFraction, options.TestFraction);
        return Directory.Exists(directoryOrFile) ? DatasetLoader.Folder(directoryOrFile, options) : DatasetLoader.File(directoryOrFile, options);
    }

    /// <summary>The examples of a part.</summary>
    /// <param name="part">The part.</param>
    public IReadOnlyList<TextExample> Examples(SplitPart part) => part switch { SplitPart.Train => Train, SplitPart.Dev => Dev, _ => Test };

    /// <inheritdoc/>
    public override int Count(SplitPart part) => Examples(part).Count;

    /// <inheritdoc/>
    public override int[] LabelIds(SplitPart part) => LabelIds(Examples(part));

    /// <inheritdoc/>
    public override IEnumerable<string> Captions(SplitPart part) => Examples(part).Select(example => example.Pair is null ? example.Text : $"{example.Text} | {example.Pair}");

    /// <summary>The class index of each example.</summary>
    /// <param name="split">Examples whose labels all belong to <see cref="LabelledDataset.Labels"/>.</param>
    /// <exception cref="ArgumentException">An example has no label or one that the set does not know.</exception>
    public int[] LabelIds(IReadOnlyList<TextExample> split)
    {
        ArgumentNullException.ThrowIfNull(split);
        var ids = new int[split.Count];
        if (HasNumbers)
        {
            return ids;
        }

        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = split[i].Label is { } label ? Labels.IndexOf(label) : -1;
            if (ids[i] < 0)
            {
                throw new ArgumentException($"Example {i} has the label '{split[i].Label}', which the set does not know.", nameof(split));
            }
        }

        return ids;
    }

    /// <summary>The number of each example of a part.</summary>
    /// <param name="split">Examples whose labels are numbers.</param>
    /// <exception cref="ArgumentException">A label is no number.</exception>
    public static float[] Values(IReadOnlyList<TextExample> split)
    {
        ArgumentNullException.ThrowIfNull(split);
        return [.. split.Select(row => Number(row.Label) ?? throw new ArgumentException($"'{row.Label}' is no number.", nameof(split)))];
    }

    private static float? Number(string? label) =>
        float.TryParse(label, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && float.IsFinite(value) ? value : null;

    private static void CheckRows(LabelSet labels, IReadOnlyList<TextExample> rows, string part, bool pairs, string source)
    {
        foreach (TextExample row in rows)
        {
            string place = row.Line > 0 ? $"{part}, line {row.Line}" : part;
            if (ReferenceEquals(labels, NumberLabels))
            {
                if (Number(row.Label) is null)
                {
                    throw InputException.At(source, $"the label '{Excerpt.Of(row.Label ?? "")}'", "this recipe predicts numbers; expected one, such as 3.8, with a point", field: place);
                }
            }
            else if (row.Label is null || labels.IndexOf(row.Label) < 0)
            {
                string found = row.Label is null ? "no label" : $"the label '{Excerpt.Of(row.Label)}'";
                throw InputException.At(source, found, $"expected one of the {labels.Count} known labels{(row.Label is null ? "" : NearestName.Hint(row.Label, labels.Names))}", field: place);
            }

            if (row.Pair is not null != pairs)
            {
                throw InputException.At(source, pairs ? "a single text where train has pairs" : "a pair where train has single texts", "name the columns with --text-column and --pair-column", field: place);
            }
        }
    }
}
