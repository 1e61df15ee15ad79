using Tailor.Foundation;

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
        IReadOnlyList<string> columns = TextTable.Columns(path);
        string column = options.PathColumn
            ?? PathNames.Select(n => columns.FirstOrDefault(c => string.Equals(c, n, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(found => found is not null)
            ?? throw InputException.At(
                path,
                $"no column looks like the path (known names: {string.Join(", ", PathNames)})",
                $"the columns are {string.Join(", ", columns.Take(ShownColumns).Select(c => $"'{Excerpt.Of(c)}'"))}: name one with --path-column",
                line: 1);
        var table = new TableOptions { TextColumn = column, LabelColumn = options.LabelColumn };
        return new ImageRows([.. TextTable.Read(path, table).Select(row => new ImageExample(PicturePath.Source(path, root, row.Text, row.Line), row.Label!, row.Line))], null, []);
    }
}
