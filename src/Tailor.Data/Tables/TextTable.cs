using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>
/// Reads tables of texts: CSV and TSV (RFC 4180 quoting, with or without a byte order mark, any line ends) and JSON Lines, all in UTF-8. The format follows the extension
/// (.csv, .tsv, .tab, .jsonl, .ndjson); for any other it is told from the first line. Rows are streamed: memory does not grow with the file.
/// </summary>
public static class TextTable
{
    /// <summary>Reads the examples of a file, in order.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">The columns and the limits.</param>
    /// <returns>The examples; the file is open while they are enumerated.</returns>
    /// <exception cref="InputException">While enumerating: the file is missing, empty, has no rows or is not UTF-8, or a row is faulty. The message names the line.</exception>
    public static IEnumerable<TextExample> Read(string path, TableOptions options)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxFieldLength, 1, nameof(options));
        return ReadRows(path, options);
    }

    /// <summary>The names of a file's columns: the header of a delimited table, the keys of the first object of JSON Lines.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">The file is missing, empty or not UTF-8.</exception>
    public static IReadOnlyList<string> Columns(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var reader = new Utf8TextReader(path, new TableOptions().MaxRowLength);
        TableFormat format = TableFormat.Of(path, reader.Upcoming);
        return format.Kind == TableKind.JsonLines ? JsonLinesTable.Columns(path, reader) : DelimitedTable.Columns(path, reader, format.Delimiter);
    }

    private static IEnumerable<TextExample> ReadRows(string path, TableOptions options)
    {
        using var reader = new Utf8TextReader(path, options.MaxRowLength);
        TableFormat format = TableFormat.Of(path, reader.Upcoming);
        bool any = false;
        foreach (TextExample example in format.Kind == TableKind.JsonLines ? JsonLinesTable.Read(path, reader, options) : DelimitedTable.Read(path, reader, format.Delimiter, options))
        {
            any = true;
            yield return example;
        }

        if (!any)
        {
            throw InputException.At(path, "the file has a header and no rows", "give at least one row");
        }
    }
}
