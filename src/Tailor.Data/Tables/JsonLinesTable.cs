using System.Text.Json;
using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>Reads JSON Lines: one object a line, the keys in the part of columns. Labels may be strings, numbers or booleans.</summary>
internal static class JsonLinesTable
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <summary>The keys of the first object.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="reader">The file's characters.</param>
    public static IReadOnlyList<string> Columns(string path, Utf8TextReader reader)
    {
        foreach ((JsonDocument document, _) in Documents(path, reader))
        {
            using (document)
            {
                return Keys(document);
            }
        }

        throw InputException.At(path, "the file has only blank lines", "give one JSON object a line");
    }

    /// <summary>Reads the rows one by one.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="reader">The file's characters.</param>
    /// <param name="options">The keys and the limits.</param>
    public static IEnumerable<TextExample> Read(string path, Utf8TextReader reader, TableOptions options)
    {
        ColumnChoice? columns = null;
        RowFields? fields = null;
        foreach ((JsonDocument document, long line) in Documents(path, reader))
        {
            using (document)
            {
                columns ??= ColumnChoice.Of(path, Keys(document), options);
                fields ??= new RowFields(path, columns, options);
                JsonElement row = document.RootElement;
                string text = Text(path, row, columns.Text, line);
                string? pair = columns.Pair is null ? null : Text(path, row, columns.Pair, line);
                string? label = columns.Label is null ? null : Label(path, row, columns.Label, line);
                string? origin = columns.Origin is null ? null : Label(path, row, columns.Origin, line);
                yield return fields.ToExample(text, pair, label, line, origin);
            }
        }
    }

    private static IEnumerable<(JsonDocument Document, long Line)> Documents(string path, Utf8TextReader reader)
    {
        long line = 0;
        reader.StartRecord(1);
        while (reader.ReadLine() is { } content)
        {
            line++;
            if (!string.IsNullOrWhiteSpace(content))
            {
                yield return (Parse(path, content, line), line);
            }

            reader.StartRecord(line + 1);
        }
    }

    private static JsonDocument Parse(string path, string content, long line)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(content, Strict);
        }
        catch (JsonException error)
        {
            string what = error.Message.Split(" LineNumber:", 2, StringSplitOptions.None)[0].TrimEnd('.');
            string place = error.BytePositionInLine is { } position ? $" at byte {position} of the line" : "";
            throw new InputException($"{path}:{line}: not valid JSON{place} ({what}); expected one JSON object a line", error);
        }

        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            string found = Kind(document.RootElement.ValueKind);
            document.Dispose();
            throw InputException.At(path, $"found {found}", "expected one JSON object a line, such as {\"text\": \"...\", \"label\": \"...\"}", line);
        }

        return document;
    }

    private static List<string> Keys(JsonDocument document) => [.. document.RootElement.EnumerateObject().Select(p => p.Name)];

    private static string Text(string path, JsonElement row, string key, long line)
    {
        if (!row.TryGetProperty(key, out JsonElement value))
        {
            throw InputException.At(path, "the key is missing", "every object needs it", line, key);
        }

        return value.ValueKind == JsonValueKind.String
            ? String(path, value, key, line)
            : throw InputException.At(path, $"found {Kind(value.ValueKind)}", "expected a string", line, key);
    }

    private static string? Label(string path, JsonElement row, string key, long line)
    {
        if (!row.TryGetProperty(key, out JsonElement value))
        {
            return null;
        }

        return value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => String(path, value, key, line),
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => throw InputException.At(path, $"found {Kind(value.ValueKind)}", "expected a string, a number or a boolean", line, key),
        };
    }

    private static string String(string path, JsonElement value, string key, long line)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw new InputException($"{path}:{line}: {key}: the string holds half a surrogate pair; write the character itself or both \\u escapes", error);
        }
    }

    private static string Kind(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "a boolean",
    };
}
