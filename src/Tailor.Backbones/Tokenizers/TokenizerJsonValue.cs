using System.Text.Json;
using Tailor.Foundation;

namespace Tailor.Backbones;

/// <summary>A value in a JSON file that knows its file and its path there, so that every complaint names them.</summary>
internal sealed class TokenizerJsonValue : IDisposable
{
    private readonly JsonDocument? _document;
    private readonly JsonElement _element;
    private readonly string _file;
    private readonly string _path;

    private TokenizerJsonValue(JsonElement element, string file, string path, JsonDocument? document = null)
    {
        (_element, _file, _path, _document) = (element, file, path, document);
    }

    /// <summary>What kind of value it is.</summary>
    public JsonValueKind Kind => _element.ValueKind;

    /// <summary>The properties of an object, in the file's order.</summary>
    public IEnumerable<(string Name, TokenizerJsonValue Value)> Properties
    {
        get
        {
            Expect(JsonValueKind.Object, "an object");
            return _element.EnumerateObject()
                .Select(p => (Name: Valid(() => p.Name), p.Value))
                .Select(p => (p.Name, new TokenizerJsonValue(p.Value, _file, $"{_path}['{WordPieceDefinition.Shown(p.Name)}']")));
        }
    }

    /// <summary>The elements of an array.</summary>
    public IEnumerable<TokenizerJsonValue> Items
    {
        get
        {
            Expect(JsonValueKind.Array, "an array");
            return _element.EnumerateArray().Select((e, i) => new TokenizerJsonValue(e, _file, $"{_path}[{i}]"));
        }
    }

    /// <summary>Opens a file whose root is an object.</summary>
    /// <exception cref="InputException">The file is missing, too large, or not JSON.</exception>
    public static TokenizerJsonValue Open(string path)
    {
        byte[] content = TokenizerFiles.ReadBytes(path);
        ReadOnlyMemory<byte> json = content.AsSpan().StartsWith("\uFEFF"u8) ? content.AsMemory(3) : content;
        try
        {
            JsonDocument document = JsonDocument.Parse(json);
            var root = new TokenizerJsonValue(document.RootElement, path, "", document);
            root.Expect(JsonValueKind.Object, "an object");
            return root;
        }
        catch (JsonException fault)
        {
            throw new InputException(
                $"{path}:{(fault.LineNumber ?? 0) + 1}: the file is not valid JSON (byte {fault.BytePositionInLine ?? 0} of the line); restore the model's own file", fault);
        }
    }

    /// <summary>A property, or null when it is missing or null.</summary>
    public TokenizerJsonValue? Optional(string name)
    {
        Expect(JsonValueKind.Object, "an object");
        return _element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? new TokenizerJsonValue(value, _file, PathOf(name)) : null;
    }

    /// <summary>A property that must be there.</summary>
    /// <exception cref="InputException">It is missing.</exception>
    public TokenizerJsonValue Required(string name) => Optional(name) ?? throw InputException.At(_file, "missing", "restore the model's own file", field: PathOf(name));

    /// <summary>A property that is true, false, null or missing.</summary>
    public bool? Flag(string name) => Optional(name) is not { } value ? null
        : value.Kind is JsonValueKind.True or JsonValueKind.False ? value._element.GetBoolean()
        : throw value.Fault("expected true or false");

    /// <summary>The value as text.</summary>
    /// <exception cref="InputException">It is not a string.</exception>
    public string Text()
    {
        Expect(JsonValueKind.String, "a string");
        return Valid(() => _element.GetString()!);
    }

    /// <summary>The value as a whole number in a range.</summary>
    /// <exception cref="InputException">It is not a number, or out of range.</exception>
    public int Integer(int least, int most) => Kind == JsonValueKind.Number && _element.TryGetInt32(out int value) && value >= least && value <= most
        ? value
        : throw Fault($"expected a whole number from {least} to {most}");

    /// <summary>A complaint about the value, which it quotes.</summary>
    public InputException Fault(string remedy)
    {
        string found = Kind is JsonValueKind.Object or JsonValueKind.Array ? $"an {(Kind == JsonValueKind.Object ? "object" : "array")}" : _element.GetRawText();
        return InputException.At(_file, $"found {(found.Length > 60 ? found[..60] + "..." : found)}", remedy, field: _path.Length == 0 ? null : _path);
    }

    /// <inheritdoc/>
    public void Dispose() => _document?.Dispose();

    private void Expect(JsonValueKind kind, string name)
    {
        if (Kind != kind)
        {
            throw Fault($"expected {name}");
        }
    }

    private string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{WordPieceDefinition.Shown(name)}";

    /// <summary>Reads a string, which may hold bytes that are not UTF-8 or half a surrogate pair.</summary>
    private string Valid(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException fault)
        {
            throw new InputException($"{_file}: {_path}: a string is not valid Unicode; restore the model's own file", fault);
        }
    }
}
