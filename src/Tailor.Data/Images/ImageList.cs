using System.Globalization;
using Tailor.Foundation;
using Tailor.Imaging;

namespace Tailor.Data;

/// <summary>
/// Lists of pictures as Places-LT, ImageNet-LT and iNaturalist ship them: a line a picture, its path, a space or tab, and its label, which is a number or a name without spaces. The path may hold spaces; it starts
/// from the list's folder.
/// </summary>
public static class ImageList
{
    private const long LongestLine = 1 << 16;
    private static readonly char[] Gaps = [' ', '\t'];

    /// <summary>Writes a list that <see cref="ImageDataset.Load"/> reads back; it appears under its name only when it is complete.</summary>
    /// <param name="path">The file.</param>
    /// <param name="examples">Pictures in files of their own.</param>
    /// <param name="labels">The classes, whose numbers are then written; null writes the names.</param>
    /// <exception cref="InputException">A picture has no file of its own, a path holds a line break, or a name is written that holds a space.</exception>
    /// <exception cref="ArgumentException">A label is not among <paramref name="labels"/>.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<ImageExample> examples, LabelSet? labels = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(examples);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        AtomicFile.Write(path, stream =>
        {
            using var text = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
            foreach (ImageExample example in examples)
            {
                text.WriteLine($"{RelativePath(example, folder)} {Label(example, labels)}");
            }
        });
    }

    /// <summary>Reads a list.</summary>
    /// <param name="path">The file.</param>
    /// <param name="root">The folder from which its paths start.</param>
    /// <param name="known">The classes by name and number, where a file beside the list says them.</param>
    /// <exception cref="InputException">The list is missing, empty or no text, a line has no label, or a picture is missing; the message names the line.</exception>
    internal static ImageRows Read(string path, string root, LabelSet? known)
    {
        var rows = new List<(string File, string Label, long Line)>();
        foreach ((string entry, long line) in Lines(path))
        {
            int gap = entry.LastIndexOfAny(Gaps);
            if (gap < 0)
            {
                throw InputException.At(path, $"'{Excerpt.Of(entry)}' has no label", "expected a path, a space and a label, such as 'beach/1.jpg 17'", line);
            }

            rows.Add((entry[..gap].TrimEnd(), entry[(gap + 1)..], line));
        }

        if (rows.Count == 0)
        {
            throw Empty(path);
        }

        bool numbers = rows.TrueForAll(r => Number(r.Label) is not null);
        ImageExample[] examples = [.. rows.Select(r => new ImageExample(PicturePath.Source(path, root, r.File, r.Line), numbers ? Name(r.Label, known) : r.Label, r.Line))];

        // Numbered classes keep the order of their numbers.
        string[]? names = numbers && known is null ? [.. examples.Select(e => e.Label).Distinct(StringComparer.Ordinal).OrderBy(l => int.Parse(l, CultureInfo.InvariantCulture))] : null;
        return new ImageRows(examples, names, []);
    }

    /// <summary>The pictures that a list names; it needs no labels.</summary>
    /// <exception cref="InputException">The list is missing, empty or no text, or a picture is missing; the message names the line.</exception>
    internal static IReadOnlyList<ImageSource> Sources(string path, string root)
    {
        ImageSource[] sources = [.. Lines(path).Select(row => PicturePath.Source(path, root, Picture(row.Entry, root), row.Line))];
        return sources.Length > 0 ? sources : throw Empty(path);
    }

    /// <summary>Whether the first line of a text file names a file that is there.</summary>
    internal static bool NamesPictures(string path, string root) => Lines(path).FirstOrDefault() is { Entry: { } entry } && File.Exists(Path.Combine(root, Picture(entry, root)));

    /// <summary>The path of a line that may have a label: the whole line when it names a file, else what stands before the last gap.</summary>
    private static string Picture(string entry, string root) => entry.LastIndexOfAny(Gaps) is var gap and >= 0 && !File.Exists(Path.Combine(root, entry)) ? entry[..gap].TrimEnd() : entry;

    /// <summary>The lines that are not blank, without blanks at their ends.</summary>
    private static IEnumerable<(string Entry, long Line)> Lines(string path)
    {
        using var reader = new Utf8TextReader(path, LongestLine);
        reader.StartRecord(1);
        for (long line = 1; reader.ReadLine() is { } content; line++)
        {
            reader.StartRecord(line + 1);
            if (!string.IsNullOrWhiteSpace(content))
            {
                yield return (content.Trim(), line);
            }
        }
    }

    private static InputException Empty(string path) => InputException.At(path, "the list has no line", "give a path and a label a line");

    private static int? Number(string label) => int.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    /// <summary>The class that a number means: the name that reads so, else the one with this index, else the number itself.</summary>
    private static string Name(string label, LabelSet? known)
    {
        int number = Number(label)!.Value;
        return known is null ? number.ToString(CultureInfo.InvariantCulture) : known.IndexOf(label) >= 0 || number >= known.Count ? label : known.Names[number];
    }

    private static string RelativePath(ImageExample example, string folder)
    {
        if (example.Source is not FileImageSource file)
        {
            throw InputException.At(example.Source.Name, "this picture has no file of its own", "only pictures in files can be listed");
        }

        string relative = Path.GetRelativePath(folder, Path.GetFullPath(file.Path)).Replace('\\', '/');
        return relative.AsSpan().ContainsAny('\r', '\n') || relative.Trim() != relative
            ? throw InputException.At(Excerpt.Of(file.Path), "a list cannot hold this path: it has a line break, or a space at an end", "rename the file")
            : relative;
    }

    private static string Label(ImageExample example, LabelSet? labels)
    {
        if (labels is not null)
        {
            int index = labels.IndexOf(example.Label);
            return index >= 0 ? index.ToString(CultureInfo.InvariantCulture) : throw new ArgumentException($"The label '{example.Label}' is not among the classes.", nameof(labels));
        }

        return example.Label.Length == 0 || example.Label.Any(char.IsWhiteSpace)
            ? throw InputException.At(example.Source.Name, $"the label '{Excerpt.Of(example.Label)}' holds a space", "write the labels as numbers")
            : example.Label;
    }
}
