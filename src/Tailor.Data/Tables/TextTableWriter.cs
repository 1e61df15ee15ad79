using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using CsvHelper;
using CsvHelper.Configuration;
using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>
/// Writes examples to a table that <see cref="TextTable"/> and the usual tools read back unchanged: CSV or TSV with RFC 4180 quoting, or JSON Lines, by the extension; UTF-8, line feeds.
/// The columns are <c>text</c>, or <c>text_a</c> and <c>text_b</c> for pairs, <c>label</c>, and for augmentations <c>origin</c>.
/// </summary>
public static class TextTableWriter
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a file; it appears under its name only when it is complete.</summary>
    /// <param name="path">The file: .csv, .tsv, .tab, .jsonl or .ndjson.</param>
    /// <param name="examples">The rows, in order.</param>
    /// <param name="withPairs">Whether the rows are pairs.</param>
    /// <param name="withLabels">Whether to write the labels.</param>
    /// <param name="withOrigins">Whether to write the origins.</param>
    /// <exception cref="InputException">The extension is none of these.</exception>
    /// <exception cref="ArgumentException">A row lacks the pair, the label or the origin that is to be written.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<TextExample> examples, bool withPairs = false, bool withLabels = true, bool withOrigins = false)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(examples);
        (string Name, Func<TextExample, string?> Field)[] columns =
        [
            (withPairs ? "text_a" : "text", e => e.Text),
            .. withPairs ? [("text_b", e => e.Pair)] : Array.Empty<(string, Func<TextExample, string?>)>(),
            .. withLabels ? [("label", e => e.Label)] : Array.Empty<(string, Func<TextExample, string?>)>(),
            .. withOrigins ? [(ColumnChoice.OriginName, e => e.Origin?.ToString(CultureInfo.InvariantCulture))] : Array.Empty<(string, Func<TextExample, string?>)>(),
        ];
        Write(path, examples, columns);
    }

    /// <summary>Writes rows of any kind.</summary>
    /// <param name="path">The file.</param>
    /// <param name="examples">The rows, in order.</param>
    /// <param name="columns">The columns: their names, and what stands in them.</param>
    internal static void Write<T>(string path, IEnumerable<T> examples, (string Name, Func<T, string?> Field)[] columns)
    {
        switch (Path.GetExtension(path).ToLowerInvariant())
        {
            case ".csv":
                AtomicFile.Write(path, stream => Delimited(stream, examples, columns, ","));
                break;
            case ".tsv" or ".tab":
                AtomicFile.Write(path, stream => Delimited(stream, examples, columns, "\t"));
                break;
            case ".jsonl" or ".ndjson":
                AtomicFile.Write(path, stream => JsonLines(stream, examples, columns));
                break;
            default:
                throw InputException.At(path, $"the extension '{Path.GetExtension(path)}' names no table", "use .csv, .tsv or .jsonl");
        }
    }

    private static void Delimited<T>(Stream stream, IEnumerable<T> examples, (string Name, Func<T, string?> Field)[] columns, string delimiter)
    {
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Delimiter = delimiter,
            NewLine = "\n",

            // An empty field is quoted too: a row of one empty field would read as a blank line.
            ShouldQuote = args => string.IsNullOrEmpty(args.Field) || args.Field.AsSpan().ContainsAny("\"\r\n" + delimiter) || args.Field[0] == ' ' || args.Field[^1] == ' ',
        };
        using var text = new StreamWriter(stream, leaveOpen: true);
        using var csv = new CsvWriter(text, configuration);
        foreach ((string name, _) in columns)
        {
            csv.WriteField(name);
        }

        csv.NextRecord();
        foreach (T example in examples)
        {
            foreach ((string name, Func<T, string?> field) in columns)
            {
                csv.WriteField(field(example) ?? throw Missing(name, nameof(examples)));
            }

            csv.NextRecord();
        }
    }

    private static void JsonLines<T>(Stream stream, IEnumerable<T> examples, (string Name, Func<T, string?> Field)[] columns)
    {
        using var json = new Utf8JsonWriter(stream, Plain);
        foreach (T example in examples)
        {
            json.WriteStartObject();
            foreach ((string name, Func<T, string?> field) in columns)
            {
                json.WriteString(name, field(example) ?? throw Missing(name, nameof(examples)));
            }

            json.WriteEndObject();
            json.Flush();
            json.Reset();
            stream.WriteByte((byte)'\n');
        }
    }

    private static ArgumentException Missing(string column, string parameter) => new($"A row has no {column}.", parameter);
}
