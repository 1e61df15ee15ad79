using Tailor.Foundation;
using Tailor.Imaging;

namespace Tailor.Data;

/// <summary>Tables (CSV, TSV, JSON Lines) of paths and labels.</summary>
internal static class ImageTable
{
    private const int ShownColumns = 20;
    private static readonly string[] PathNames = ["path", "image", "image_path", "file", "filename", "file_name", "filepath", "file_path", "img", "img_path", "picture"];

    /// <summary>Reads a table.</summary>
    /// <param name="path">The file.</param>
    /// <param name="root">The folder from which its paths start.</param>
    /// <param name="options">The columns.</param>
    /// <exception cref="InputException">The table is faulty, or a picture is missing; the message names the line.</exception>
    public static ImageRows Read(string path, string root, ImageDatasetOptions options)
    {
        var table = new TableOptions { TextColumn = PathColumn(path, options), LabelColumn = options.LabelColumn };
        return new ImageRows([.. TextTable.Read(path, table).Select(row => new ImageExample(PicturePath.Source(path, root, row.Text, row.Line), row.Label!, row.Line))], null, []);
    }

    /// <summary>The pictures that a table names; it needs no labels.</summary>
    public static IEnumerable<ImageSource> Sources(string path, string root, ImageDatasetOptions options) =>
        TextTable.Read(path, new TableOptions { TextColumn = PathColumn(path, options), RequireLabels = false }).Select(row => PicturePath.Source(path, root, row.Text, row.Line));

    /// <summary>Whether a column is called as paths are.</summary>
    public static bool HasPaths(IReadOnlyList<string> columns) => Guess(columns) is not null;

    /// <summary>Writes a table; it appears under its name only when it is complete.</summary>
    /// <param name="path">The file, .csv, .tsv or .jsonl. Paths start from its folder.</param>
    /// <param name="examples">Pictures in files of their own.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<ImageExample> examples)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        TextTableWriter.Write(
            path,
            examples,
            [("path", e => Path.GetRelativePath(folder, Path.GetFullPath(((FileImageSource)e.Source).Path)).Replace('\\', '/')), ("label", e => e.Label)]);
    }

    private static string? Guess(IReadOnlyList<string> columns) =>
        PathNames.Select(n => columns.FirstOrDefault(c => string.Equals(c, n, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(found => found is not null);

    private static string PathColumn(string path, ImageDatasetOptions options)
    {
        IReadOnlyList<string> columns = TextTable.Columns(path);
        return options.PathColumn ?? Guess(columns) ?? throw InputException.At(
            path,
            $"no column looks like the path (known names: {string.Join(", ", PathNames)})",
            $"the columns are {string.Join(", ", columns.Take(ShownColumns).Select(c => $"'{Excerpt.Of(c)}'"))}: name one with --path-column",
            line: 1);
    }
}
