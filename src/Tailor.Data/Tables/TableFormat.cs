using System.Buffers;
using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>The ways a table of texts is written.</summary>
internal enum TableKind
{
    /// <summary>Delimited fields with RFC 4180 quoting.</summary>
    Delimited,

    /// <summary>One JSON object a line.</summary>
    JsonLines,
}

/// <summary>The format of one file: its kind and, for delimited tables, the delimiter.</summary>
/// <param name="Kind">The kind of table.</param>
/// <param name="Delimiter">The character between fields; unused for JSON lines.</param>
internal readonly record struct TableFormat(TableKind Kind, char Delimiter)
{
    private static readonly SearchValues<char> BlankCharacters = SearchValues.Create(" \t\r\n");

    /// <summary>Tells the format from the file's extension, and from its first line where the extension does not say it.</summary>
    /// <param name="path">The file's name.</param>
    /// <param name="start">The first characters of the file.</param>
    public static TableFormat Of(string path, ReadOnlySpan<char> start)
    {
        switch (Path.GetExtension(path).ToLowerInvariant())
        {
            case ".tsv" or ".tab":
                return new TableFormat(TableKind.Delimited, '\t');
            case ".jsonl" or ".ndjson":
                return new TableFormat(TableKind.JsonLines, default);
            case ".csv":
                return new TableFormat(TableKind.Delimited, DelimiterOf(start));
            default:
                int first = start.IndexOfAnyExcept(BlankCharacters);
                if (first >= 0 && start[first] == '[')
                {
                    throw InputException.At(path, "the file starts with '[' like one JSON array", "give CSV, TSV or JSON Lines (one object a line, .jsonl)", line: 1);
                }

                return first >= 0 && start[first] == '{'
                    ? new TableFormat(TableKind.JsonLines, default)
                    : new TableFormat(TableKind.Delimited, DelimiterOf(start));
        }
    }

    /// <summary>A comma, unless the header line has none and has tabs or semicolons instead.</summary>
    private static char DelimiterOf(ReadOnlySpan<char> start)
    {
        int end = start.IndexOfAny('\r', '\n');
        ReadOnlySpan<char> header = end < 0 ? start : start[..end];
        if (header.Contains(',') && !header.Contains('\t'))
        {
            return ',';
        }

        return header.Contains('\t') ? '\t' : header.Contains(';') ? ';' : ',';
    }
}
