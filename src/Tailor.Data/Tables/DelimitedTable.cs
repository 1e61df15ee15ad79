using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>Reads CSV and TSV tables, quoted as RFC 4180 says, on CsvHelper's parser; what the parser forgives silently is checked here.</summary>
internal static class DelimitedTable
{
    /// <summary>Reads the header line.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="reader">The file's characters.</param>
    /// <param name="delimiter">The character between fields.</param>
    public static IReadOnlyList<string> Columns(string path, Utf8TextReader reader, char delimiter)
    {
        using CsvParser parser = Parser(reader, delimiter);
        return Header(path, parser, delimiter);
    }

    /// <summary>Reads the rows one by one.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="reader">The file's characters.</param>
    /// <param name="delimiter">The character between fields.</param>
    /// <param name="options">The columns and the limits.</param>
    public static IEnumerable<TextExample> Read(string path, Utf8TextReader reader, char delimiter, TableOptions options)
    {
        using CsvParser parser = Parser(reader, delimiter);
        string[] header = Header(path, parser, delimiter);
        ColumnChoice columns = ColumnChoice.Of(path, header, options);
        int text = Array.IndexOf(header, columns.Text);
        int pair = columns.Pair is null ? -1 : Array.IndexOf(header, columns.Pair);
        int label = columns.Label is null ? -1 : Array.IndexOf(header, columns.Label);
        int origin = columns.Origin is null ? -1 : Array.IndexOf(header, columns.Origin);
        var fields = new RowFields(path, columns, options);
        reader.StartRecord(parser.RawRow + 1);
        while (parser.Read())
        {
            // A field in quotes may hold line breaks: the parser counts to the record's last line, we want its first.
            string raw = parser.RawRecord;
            long line = parser.RawRow - Quoting.BreaksWithin(raw);
            Quoting.Check(path, raw, delimiter, line);
            if (parser.Count != header.Length)
            {
                throw WrongCount(path, parser.Count, header.Length, delimiter, line);
            }

            for (int i = 0; i < header.Length; i++)
            {
                if (i != text && i != pair && i != label && raw.Length > options.MaxFieldLength)
                {
                    fields.CheckLength(header[i], parser[i], line);
                }
            }

            yield return fields.ToExample(parser[text], pair < 0 ? null : parser[pair], label < 0 ? null : parser[label], line, origin < 0 ? null : parser[origin]);
            reader.StartRecord(parser.RawRow + 1);
        }
    }

    private static CsvParser Parser(Utf8TextReader reader, char delimiter) => new(
        reader,
        new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Delimiter = delimiter.ToString(),
            HasHeaderRecord = false,
            BadDataFound = null,
            BufferSize = 1 << 14,
        },
        leaveOpen: true);

    private static string[] Header(string path, CsvParser parser, char delimiter)
    {
        if (!parser.Read())
        {
            throw InputException.At(path, "the file has only blank lines", "give a table with a header line and rows");
        }

        Quoting.Check(path, parser.RawRecord, delimiter, line: parser.RawRow - Quoting.BreaksWithin(parser.RawRecord));
        var header = new string[parser.Count];
        for (int i = 0; i < header.Length; i++)
        {
            header[i] = parser[i].Trim();
        }

        return header;
    }

    private static InputException WrongCount(string path, int found, int expected, char delimiter, long line)
    {
        string separator = delimiter == '\t' ? "tab" : $"'{delimiter}'";
        string remedy = found > expected
            ? $"put a field that holds a {separator} or a line break in double quotes"
            : "complete the row or remove it";
        return InputException.At(path, $"{found} {(found == 1 ? "field" : "fields")} where the header has {expected}", remedy, line);
    }
}
