using System.Globalization;
using Tailor.Foundation;
using Tailor.Imaging;

namespace Tailor.Data;

/// <summary>Pictures that lie many to a file: IDX and CIFAR.</summary>
internal static class PixelFiles
{
    private const string Images = "images", Labels = "labels";
    private const int MostNames = 1 << 16;

    /// <summary>Whether a file's name is that of IDX images: <c>train-images-idx3-ubyte.gz</c> and the like.</summary>
    public static bool IsIdxImages(string name) =>
        name.Contains(Images, StringComparison.OrdinalIgnoreCase) && (name.Contains("ubyte", StringComparison.OrdinalIgnoreCase) || name.Contains("idx", StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads IDX images and the labels beside them.</summary>
    /// <param name="path">The images.</param>
    /// <param name="known">The classes by number, where a file beside them says them.</param>
    /// <exception cref="InputException">A file is missing or faulty, or the counts differ.</exception>
    public static ImageRows ReadIdx(string path, LabelSet? known)
    {
        PixelBlock block = IdxFile.ReadImages(path);
        string labelFile = LabelsOf(path);
        byte[] labels = IdxFile.ReadLabels(labelFile);
        if (labels.Length != block.Count)
        {
            throw InputException.At(labelFile, $"{labels.Length:N0} labels", $"{path} has {block.Count:N0} images: give the two files of one part");
        }

        return Rows([(block, labels)], known, known?.Count ?? 0);
    }

    /// <summary>Reads CIFAR's batches as one part; its files of class names give the names.</summary>
    /// <exception cref="InputException">A file is missing or faulty, or the batches are of different sets.</exception>
    public static ImageRows ReadCifar(IReadOnlyList<string> paths, LabelSet? known, bool coarse)
    {
        var batches = new List<(PixelBlock Block, byte[] Labels)>();
        int classes = 0;
        foreach (string path in paths)
        {
            (PixelBlock block, byte[] labels, int count) = CifarFile.Read(path, coarse);
            if (classes != 0 && count != classes)
            {
                throw InputException.At(path, $"a file of {count} classes beside one of {classes}", "keep CIFAR-10 and CIFAR-100 in folders of their own");
            }

            classes = count;
            batches.Add((block, labels));
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(paths[0]))!, names = Path.Combine(folder, classes == 10 ? "batches.meta.txt" : coarse ? "coarse_label_names.txt" : "fine_label_names.txt");
        return Rows(batches, known ?? (File.Exists(names) ? Named(names, classes) : null), classes);
    }

    private static ImageRows Rows(IReadOnlyList<(PixelBlock Block, byte[] Labels)> batches, LabelSet? known, int classes)
    {
        int most = batches.SelectMany(b => b.Labels).Select(l => l + 1).DefaultIfEmpty().Max();
        string[] names = [.. Enumerable.Range(0, Math.Max(most, classes)).Select(i => i < known?.Count ? known.Names[i] : i.ToString(CultureInfo.InvariantCulture))];
        var examples = new List<ImageExample>(batches.Sum(b => b.Block.Count));
        foreach ((PixelBlock block, byte[] labels) in batches)
        {
            for (int i = 0; i < labels.Length; i++)
            {
                examples.Add(new ImageExample(block[i], names[labels[i]]));
            }
        }

        return new ImageRows(examples, names.Length == 0 ? null : names, []);
    }

    private static string LabelsOf(string images)
    {
        string name = Path.GetFileName(images), folder = Path.GetDirectoryName(images) ?? "";
        string stem = name[..name.IndexOf(Images, StringComparison.OrdinalIgnoreCase)] + Labels;
        string[] found = [.. Directory.EnumerateFiles(folder.Length == 0 ? "." : folder).Where(f => Path.GetFileName(f).StartsWith(stem, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)];
        return found.Length switch
        {
            1 => found[0],
            0 => throw InputException.At(images, $"there is no file of labels beside it", $"expected {stem}-idx1-ubyte.gz"),
            _ => throw InputException.At(images, $"{Path.GetFileName(found[0])} and {Path.GetFileName(found[1])} could both be its labels", "keep one of them"),
        };
    }

    private static LabelSet Named(string path, int classes)
    {
        string[] names = [.. TextLines.Read(path).Take(MostNames).Select(n => n.Trim())];
        return names.Length == classes && names.Distinct(StringComparer.Ordinal).Count() == classes
            ? new LabelSet(names)
            : throw InputException.At(path, $"{names.Length} class names", $"expected {classes} different ones, a line each");
    }
}
