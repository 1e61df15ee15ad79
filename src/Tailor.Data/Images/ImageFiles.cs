using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>The kinds of files that hold or name the pictures of a part.</summary>
internal enum ImageFileKind
{
    /// <summary>CSV, TSV or JSON Lines.</summary>
    Table,

    /// <summary>A path and a label a line.</summary>
    List,

    /// <summary>IDX images, with labels beside them.</summary>
    Idx,

    /// <summary>CIFAR's binary batches.</summary>
    Cifar,
}

/// <summary>The files of a part.</summary>
/// <param name="Kind">What they are.</param>
/// <param name="Paths">One file; more only of CIFAR.</param>
internal sealed record ImageFiles(ImageFileKind Kind, IReadOnlyList<string> Paths)
{
    private static readonly string[] Tables = [".csv", ".tsv", ".tab", ".jsonl", ".ndjson"];
    private static readonly string[][] PartNames = [["train"], ["dev", "valid", "validation", "val"], ["test", "t10k"]];

    /// <summary>What a file is, by its name, or null.</summary>
    public static ImageFileKind? KindOf(string file) => Path.GetExtension(file).ToLowerInvariant() switch
    {
        var extension when Tables.Contains(extension) => ImageFileKind.Table,
        _ when PixelFiles.IsIdxImages(Path.GetFileName(file)) => ImageFileKind.Idx,
        ".txt" or ".lst" => ImageFileKind.List,
        ".bin" => ImageFileKind.Cifar,
        _ => null,
    };

    /// <summary>Whether a file is, or is one of, a train part's.</summary>
    public static bool IsTrain(string file) => KindOf(file) is not null && PartOf(Path.GetFileName(file)) == SplitPart.Train;

    /// <summary>The files of a part in a folder, or null when there are none.</summary>
    /// <exception cref="InputException">Two files could be the part.</exception>
    public static ImageFiles? Find(string folder, SplitPart part)
    {
        string[] found = [.. Directory.EnumerateFiles(folder).Where(f => KindOf(f) is not null && PartOf(Path.GetFileName(f)) == part).Order(StringComparer.Ordinal)];
        if (found.Length == 0)
        {
            return null;
        }

        ImageFileKind kind = KindOf(found[0])!.Value;
        bool batches = Array.TrueForAll(found, f => Path.GetFileName(f).StartsWith("data_batch", StringComparison.OrdinalIgnoreCase));
        return found.Length == 1 || batches
            ? new ImageFiles(kind, found)
            : throw InputException.At(folder, $"{Path.GetFileName(found[0])} and {Path.GetFileName(found[1])} could both be the {PartNames[(int)part][0]} part", "keep one of them");
    }

    /// <summary>The folder of a part in a folder, or null. It holds class folders: a folder of pictures may be a class of that name (a railway's train).</summary>
    /// <exception cref="InputException">Two folders could be the part.</exception>
    public static string? FindFolder(string folder, SplitPart part)
    {
        string[] found = [.. Directory.EnumerateDirectories(folder).Where(d => PartNames[(int)part].Contains(Path.GetFileName(d).ToLowerInvariant()) && Directory.EnumerateDirectories(d).Any()).Order(StringComparer.Ordinal)];
        return found.Length switch
        {
            0 => null,
            1 => found[0],
            _ => throw InputException.At(folder, $"{Path.GetFileName(found[0])} and {Path.GetFileName(found[1])} could both be the {PartNames[(int)part][0]} part", "keep one of them"),
        };
    }

    /// <summary>The part that a name says: <c>train.csv</c>, <c>Places_LT_val.txt</c>, <c>t10k-images-idx3-ubyte.gz</c>, <c>data_batch_1.bin</c>.</summary>
    private static SplitPart? PartOf(string name)
    {
        string stem = name.ToLowerInvariant();
        int images = PixelFiles.IsIdxImages(stem) ? stem.IndexOf("images", StringComparison.Ordinal) : -1;
        stem = images >= 0 ? stem[..images].TrimEnd('-', '_', '.') : Path.GetFileNameWithoutExtension(stem);
        if (KindOf(name) == ImageFileKind.Cifar && (stem.StartsWith("data_batch", StringComparison.Ordinal) || stem == "test_batch"))
        {
            return stem == "test_batch" ? SplitPart.Test : SplitPart.Train;
        }

        int part = Array.FindIndex(PartNames, names => Array.Exists(names, n => stem == n || stem.EndsWith("_" + n, StringComparison.Ordinal) || stem.EndsWith("-" + n, StringComparison.Ordinal)));
        return part < 0 ? null : (SplitPart)part;
    }
}
