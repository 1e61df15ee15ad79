using Tailor.Foundation;
using Tailor.Imaging;

namespace Tailor.Data;

/// <summary>Labelled pictures in three parts, and the classes they belong to. It holds references, not pixels.</summary>
public sealed class ImageDataset : LabelledDataset
{
    private readonly Lazy<string> _fingerprint;

    private ImageDataset(LabelSet labels, IReadOnlyList<ImageExample> train, IReadOnlyList<ImageExample> dev, IReadOnlyList<ImageExample> test, int[] trainCounts, IReadOnlyList<string> notes)
        : base(labels, trainCounts)
    {
        (Train, Dev, Test, Notes) = (train, dev, test, notes);
        _fingerprint = new Lazy<string>(() => ImageFingerprint.Of(Labels, Train, Dev, Test));
    }

    /// <summary>The pictures to train on.</summary>
    public IReadOnlyList<ImageExample> Train { get; }

    /// <summary>The pictures by which the best step is chosen; may be empty.</summary>
    public IReadOnlyList<ImageExample> Dev { get; }

    /// <summary>The pictures whose scores are reported; may be empty.</summary>
    public IReadOnlyList<ImageExample> Test { get; }

    /// <summary>
    /// SHA-256 in hexadecimal over the labels and, part by part in order, every picture's class and the hash of its stored content (the whole file; the slice of an IDX or CIFAR file). Names and places play no part:
    /// a set that was moved keeps it, a picture that changed changes it. It is computed when first asked for, which reads every file once.
    /// </summary>
    /// <exception cref="InputException">A picture's file can no longer be read.</exception>
    public override string Fingerprint => _fingerprint.Value;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Notes { get; }

    /// <summary>Puts a data set together.</summary>
    /// <param name="labels">The classes.</param>
    /// <param name="train">The training pictures; at least two classes among them.</param>
    /// <param name="dev">The dev pictures.</param>
    /// <param name="test">The test pictures.</param>
    /// <param name="notes">What was decided on the way, a sentence each.</param>
    /// <param name="source">The file or folder, for messages.</param>
    /// <exception cref="InputException">Train has fewer than two classes, or a label is not among <paramref name="labels"/>.</exception>
    public static ImageDataset Create(
        LabelSet labels, IReadOnlyList<ImageExample> train, IReadOnlyList<ImageExample> dev, IReadOnlyList<ImageExample> test, IReadOnlyList<string>? notes = null, string source = "data")
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(dev);
        ArgumentNullException.ThrowIfNull(test);
        if (train.Count == 0)
        {
            throw InputException.At(source, "no training pictures", "give pictures of at least two classes");
        }

        CheckLabels(labels, train, "train", source);
        CheckLabels(labels, dev, "dev", source);
        CheckLabels(labels, test, "test", source);
        List<string> sentences = [.. notes ?? []];
        int[] counts = Count(
            labels,
            train.Select(example => labels.IndexOf(example.Label)),
            () => InputException.At(source, $"only one class, '{Excerpt.Of(train[0].Label)}', in {train.Count:N0} training pictures", "a classifier needs pictures of at least two classes: one folder, or one label, a class"),
            sentences);
        return new ImageDataset(labels, train, dev, test, counts, sentences);
    }

    /// <summary>
    /// Loads pictures. A folder: one folder a class; or train, dev (also valid, validation, val) and test folders of such; or files of these parts: tables (CSV, TSV, JSON Lines) or lists (<c>NAME_train.txt</c>) of
    /// paths and labels, IDX images and labels (gzipped or not; <c>t10k</c> is test), CIFAR's binary batches. Or one such file. What has no parts is split here, class by class. <c>label2idx.json</c> gives the order of
    /// the classes, and names to numbers.
    /// </summary>
    /// <param name="directoryOrFile">The folder or the file.</param>
    /// <param name="options">The columns, the split and what to do with unseen labels.</param>
    /// <exception cref="InputException">The data are missing or faulty; the message names the place. Pictures are not decoded here: see <see cref="FindBadPictures"/>.</exception>
    public static ImageDataset Load(string directoryOrFile, ImageDatasetOptions options)
    {
        ArgumentNullException.ThrowIfNull(directoryOrFile);
        ArgumentNullException.ThrowIfNull(options);
        RequireShares(options.DevFraction, options.TestFraction);
        try
        {
            return ImageDatasetLoader.Load(directoryOrFile, options);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{directoryOrFile}: cannot be read ({fault.Message}); check the rights of its folders and files", fault);
        }
    }

    /// <summary>Reads the labelled pictures of one file that <see cref="Load"/> takes, without splitting them.</summary>
    /// <param name="file">The file.</param>
    /// <param name="options">The columns.</param>
    /// <exception cref="InputException">The file is missing or faulty; the message names the place.</exception>
    public static IReadOnlyList<ImageExample> ReadFile(string file, ImageDatasetOptions options)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(options);
        return ImageDatasetLoader.ReadFile(file, options).Examples;
    }

    /// <summary>The pictures of a part.</summary>
    /// <param name="part">The part.</param>
    public IReadOnlyList<ImageExample> Examples(SplitPart part) => part switch { SplitPart.Train => Train, SplitPart.Dev => Dev, _ => Test };

    /// <inheritdoc/>
    public override int Count(SplitPart part) => Examples(part).Count;

    /// <inheritdoc/>
    public override int[] LabelIds(SplitPart part) => LabelIds(Examples(part));

    /// <inheritdoc/>
    public override IEnumerable<string> Captions(SplitPart part) => Examples(part).Select(example => example.Source.Name);

    /// <summary>The same data without some pictures.</summary>
    /// <param name="bad">The part of each, and its index in it.</param>
    /// <exception cref="InputException">Fewer than two classes are left to train on.</exception>
    public ImageDataset Without(IReadOnlyCollection<(SplitPart Part, BadPicture Picture)> bad)
    {
        ArgumentNullException.ThrowIfNull(bad);
        var gone = bad.Select(b => (b.Part, b.Picture.Index)).ToHashSet();
        IReadOnlyList<ImageExample> Left(SplitPart part) => [.. Examples(part).Where((_, i) => !gone.Contains((part, i)))];
        return Create(Labels, Left(SplitPart.Train), Left(SplitPart.Dev), Left(SplitPart.Test), Notes);
    }

    /// <summary>Several sets as one: the classes of all stand side by side, each under its set's name.</summary>
    /// <param name="sets">The sets, at least one, and their names.</param>
    /// <exception cref="InputException">Two sets have the same name.</exception>
    public static ImageDataset Join(IReadOnlyList<(string Name, ImageDataset Set)> sets)
    {
        ArgumentNullException.ThrowIfNull(sets);
        if (sets.CountBy(set => set.Name).FirstOrDefault(name => name.Value > 1).Key is { } twice)
        {
            throw new InputException($"two sets of pictures are called '{twice}', after which their classes would be named; rename a folder");
        }

        var labels = new LabelSet([.. sets.SelectMany(set => set.Set.Labels.Names.Select(label => $"{set.Name}/{label}"))]);
        IReadOnlyList<ImageExample> All(SplitPart part) => [.. sets.SelectMany(set => set.Set.Examples(part).Select(example => example with { Label = $"{set.Name}/{example.Label}" }))];
        return Create(labels, All(SplitPart.Train), All(SplitPart.Dev), All(SplitPart.Test), [.. sets.SelectMany(set => set.Set.Notes.Select(note => $"{set.Name}: {note}"))]);
    }

    /// <summary>The class index of each picture.</summary>
    /// <param name="split">Pictures whose labels all belong to <see cref="LabelledDataset.Labels"/>.</param>
    /// <exception cref="ArgumentException">A picture has a label that the set does not know.</exception>
    public int[] LabelIds(IReadOnlyList<ImageExample> split)
    {
        ArgumentNullException.ThrowIfNull(split);
        int[] ids = [.. split.Select(e => Labels.IndexOf(e.Label))];
        int stray = Array.IndexOf(ids, -1);
        return stray < 0 ? ids : throw new ArgumentException($"Picture {stray} has the label '{split[stray].Label}', which the set does not know.", nameof(split));
    }

    /// <summary>Decodes every picture and reports the bad ones.</summary>
    /// <param name="options">What is refused; null for the defaults.</param>
    /// <param name="threads">The number of threads; 0 takes one a processor.</param>
    /// <param name="progress">Is told the number of pictures done.</param>
    /// <param name="cancellation">Ends the check.</param>
    /// <returns>The bad pictures of train, dev and test, in order, with their index within the part.</returns>
    /// <exception cref="OperationCanceledException">The check was cancelled.</exception>
    public IReadOnlyList<(SplitPart Part, BadPicture Picture)> FindBadPictures(DecodeOptions? options = null, int threads = 0, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ImageSource[] all = [.. new[] { Train, Dev, Test }.SelectMany(part => part).Select(e => e.Source)];
        return [.. PictureCheck.Find(all, options, threads, progress, cancellation).Select(Placed)];
    }

    private (SplitPart Part, BadPicture Picture) Placed(BadPicture bad) =>
        bad.Index < Train.Count ? (SplitPart.Train, bad)
        : bad.Index < Train.Count + Dev.Count ? (SplitPart.Dev, bad with { Index = bad.Index - Train.Count })
        : (SplitPart.Test, bad with { Index = bad.Index - Train.Count - Dev.Count });

    private static void CheckLabels(LabelSet labels, IReadOnlyList<ImageExample> examples, string part, string source)
    {
        if (examples.FirstOrDefault(e => labels.IndexOf(e.Label) < 0) is { } stray)
        {
            string place = stray.Line > 0 ? $"{part}, line {stray.Line}" : $"{part}, {stray.Source.Name}";
            throw InputException.At(source, $"the label '{Excerpt.Of(stray.Label)}'", $"expected one of the {labels.Count} known labels{NearestName.Hint(stray.Label, labels.Names)}", field: place);
        }
    }
}
