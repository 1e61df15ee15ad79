using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>Makes data sets of pictures from folders and files: which file is which part, and how pictures are split where parts are missing.</summary>
internal static class ImageDatasetLoader
{
    private const string LabelFile = "label2idx.json";

    /// <summary>Loads a folder or a file.</summary>
    public static ImageDataset Load(string path, ImageDatasetOptions options)
    {
        bool folder = Directory.Exists(path);
        LabelSet? known = LabelsIn(folder ? path : Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (!folder)
        {
            return Whole(path, ReadFile(path, known, options), known, options);
        }

        if (ImageFiles.FindFolder(path, SplitPart.Train) is { } train)
        {
            return Parts(path, ClassFolders.Read(train), part => ImageFiles.FindFolder(path, part) is { } own ? (own, ClassFolders.Read(own)) : null, known, options);
        }

        if (ImageFiles.Find(path, SplitPart.Train) is { } files)
        {
            return Parts(path, Read(files, known, options), part => ImageFiles.Find(path, part) is { } own ? (own.Paths[0], Read(own, known, options)) : null, known, options);
        }

        return Whole(path, ClassFolders.Read(path), known, options);
    }

    /// <summary>Reads the labelled pictures of one file.</summary>
    public static ImageRows ReadFile(string path, ImageDatasetOptions options) => ReadFile(path, LabelsIn(Path.GetDirectoryName(Path.GetFullPath(path))!), options);

    private static ImageRows ReadFile(string path, LabelSet? known, ImageDatasetOptions options)
    {
        if (!File.Exists(path))
        {
            throw InputException.At(path, "no such file or folder", "check the name");
        }

        ImageFileKind kind = ImageFiles.KindOf(path) ?? throw InputException.At(
            path,
            "this is no file that holds or names many pictures",
            "give a folder, a table (.csv, .tsv, .jsonl), a list (.txt), IDX images (train-images-idx3-ubyte.gz) or a CIFAR file (.bin)");
        return Read(new ImageFiles(kind, [path]), known, options);
    }

    private static ImageRows Read(ImageFiles files, LabelSet? known, ImageDatasetOptions options)
    {
        string path = files.Paths[0], root = options.ImageRoot ?? Path.GetDirectoryName(Path.GetFullPath(path))!;
        return files.Kind switch
        {
            ImageFileKind.Table => ImageTable.Read(path, root, options),
            ImageFileKind.List => ImageList.Read(path, root, known),
            ImageFileKind.Idx => PixelFiles.ReadIdx(path, known),
            _ => PixelFiles.ReadCifar(files.Paths, known, options.CoarseLabels),
        };
    }

    private static LabelSet? LabelsIn(string folder) => Path.Combine(folder, LabelFile) is var file && File.Exists(file) ? LabelSet.Read(file) : null;

    /// <summary>A set that is split here.</summary>
    private static ImageDataset Whole(string path, ImageRows rows, LabelSet? known, ImageDatasetOptions options)
    {
        List<string> notes = [.. rows.Notes];
        LabelSet labels = known ?? rows.Labels;
        CheckLabels(path, labels, rows);
        List<ImageExample>[] parts = SplitRows.Of(rows.Examples, Ids(rows.Examples, labels), labels, options.SplitSeed, options.DevFraction, options.TestFraction, notes);
        if (options is { DevFraction: 0, TestFraction: 0 })
        {
            return ImageDataset.Create(labels, parts[0], parts[1], parts[2], [.. rows.Notes], path);
        }

        notes.Add($"One set was split by seed {options.SplitSeed}: {parts[0].Count:N0} pictures to train, {parts[1].Count:N0} to dev, {parts[2].Count:N0} to test.");
        return ImageDataset.Create(labels, parts[0], parts[1], parts[2], notes, path);
    }

    /// <summary>A set whose parts are there; dev alone may be taken from train.</summary>
    private static ImageDataset Parts(string path, ImageRows train, Func<SplitPart, (string Source, ImageRows Rows)?> read, LabelSet? known, ImageDatasetOptions options)
    {
        List<string> notes = [.. train.Notes];
        LabelSet labels = known ?? train.Labels;
        CheckLabels(path, labels, train);
        IReadOnlyList<ImageExample> trained = train.Examples;
        var seen = trained.Select(e => e.Label).ToHashSet(StringComparer.Ordinal);
        IReadOnlyList<ImageExample>? dev = Known(read(SplitPart.Dev), seen, options, notes);
        if (dev is null && options.DevFraction > 0)
        {
            List<ImageExample>[] parts = SplitRows.Of(trained, Ids(trained, labels), labels, options.SplitSeed, options.DevFraction, testFraction: 0, notes);
            notes.Add($"There is no dev part: {parts[(int)SplitPart.Dev].Count:N0} of {trained.Count:N0} training pictures serve as dev (seed {options.SplitSeed}).");
            (trained, dev) = (parts[(int)SplitPart.Train], parts[(int)SplitPart.Dev]);
        }

        return ImageDataset.Create(labels, trained, dev ?? [], Known(read(SplitPart.Test), seen, options, notes) ?? [], notes, path);
    }

    private static IReadOnlyList<ImageExample>? Known((string Source, ImageRows Rows)? part, HashSet<string> seen, ImageDatasetOptions options, List<string> notes)
    {
        if (part is not var (source, rows))
        {
            return null;
        }

        notes.AddRange(rows.Notes);
        return UnseenLabels.Resolve(rows.Examples, e => e.Label, seen.Contains, options.UnknownLabels, source, notes);
    }

    private static int[] Ids(IReadOnlyList<ImageExample> examples, LabelSet labels) => [.. examples.Select(e => labels.IndexOf(e.Label))];

    private static void CheckLabels(string path, LabelSet labels, ImageRows rows)
    {
        if (rows.Examples.FirstOrDefault(e => labels.IndexOf(e.Label) < 0) is { } stray)
        {
            throw InputException.At(path, $"the label '{Excerpt.Of(stray.Label)}' of {stray.Source.Name} is not in {LabelFile}", $"add it there or correct the picture's label{NearestName.Hint(stray.Label, labels.Names)}");
        }
    }
}
