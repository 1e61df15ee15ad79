using System.Text.Encodings.Web;
using System.Text.Json;
using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>The classes of a data set: their names, and their order, which is the order of a classifier's outputs.</summary>
public sealed class LabelSet
{
    private const long MaxFileLength = 16 << 20;
    private readonly Dictionary<string, int> _index;

    /// <summary>Makes the set from the names in order.</summary>
    /// <param name="names">Distinct names, at least one.</param>
    /// <exception cref="ArgumentException">There is no name, or one stands twice.</exception>
    public LabelSet(IEnumerable<string> names)
    {
        Names = [.. names];
        if (Names.Count == 0)
        {
            throw new ArgumentException("A label set needs at least one name.", nameof(names));
        }

        _index = new Dictionary<string, int>(Names.Count, StringComparer.Ordinal);
        for (int i = 0; i < Names.Count; i++)
        {
            if (!_index.TryAdd(Names[i], i))
            {
                throw new ArgumentException($"The label '{Names[i]}' stands twice.", nameof(names));
            }
        }
    }

    /// <summary>The names in the order of their indices.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The number of classes.</summary>
    public int Count => Names.Count;

    /// <summary>The index of a name, or -1 when the set does not have it.</summary>
    /// <param name="name">The name; case matters.</param>
    public int IndexOf(string name) => _index.GetValueOrDefault(name, -1);

    /// <summary>The labels of examples in order of first appearance; examples without a label are passed over.</summary>
    /// <param name="examples">The examples, at least one of them labelled.</param>
    /// <exception cref="ArgumentException">No example has a label.</exception>
    public static LabelSet FromExamples(IEnumerable<TextExample> examples)
    {
        ArgumentNullException.ThrowIfNull(examples);
        return new LabelSet(examples.Select(e => e.Label).OfType<string>().Distinct(StringComparer.Ordinal));
    }

    /// <summary>Reads a file that maps each name to its index: <c>{"first": 0, "second": 1}</c>.</summary>
    /// <param name="path">The file, <c>label2idx.json</c> by custom.</param>
    /// <exception cref="InputException">The file is missing, no such map, or its indices are not 0 to n-1, each once.</exception>
    public static LabelSet Read(string path)
    {
        using JsonDocument document = Open(path);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw InputException.At(path, "this is no JSON object", "expected {\"first label\": 0, \"second label\": 1, ...}");
        }

        JsonProperty[] entries = [.. document.RootElement.EnumerateObject()];
        if (entries.Length == 0)
        {
            throw InputException.At(path, "no labels", "expected {\"first label\": 0, \"second label\": 1, ...}");
        }

        var names = new string?[entries.Length];
        foreach (JsonProperty entry in entries)
        {
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out int index) || index < 0 || index >= names.Length)
            {
                throw InputException.At(path, $"index {Excerpt.Of(entry.Value.GetRawText())}", $"{names.Length} labels need the indices 0 to {names.Length - 1}", field: Excerpt.Of(entry.Name));
            }

            if (names[index] is { } other)
            {
                throw InputException.At(path, $"index {index} stands at '{Excerpt.Of(other)}' too", "give each label its own index", field: Excerpt.Of(entry.Name));
            }

            names[index] = entry.Name;
        }

        return new LabelSet(names.OfType<string>());
    }

    /// <summary>Writes a file that <see cref="Read"/> reads back.</summary>
    /// <param name="path">The file, <c>label2idx.json</c> by custom.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Write(string path) => AtomicFile.Write(path, stream =>
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        for (int i = 0; i < Names.Count; i++)
        {
            json.WriteNumber(Names[i], i);
        }

        json.WriteEndObject();
    });

    private static JsonDocument Open(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            if (stream.Length > MaxFileLength)
            {
                throw InputException.At(path, $"{stream.Length:N0} bytes", $"a label file has at most {MaxFileLength:N0}");
            }

            return JsonDocument.Parse(stream, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 });
        }
        catch (JsonException error)
        {
            throw new InputException($"{path}:{(error.LineNumber ?? 0) + 1}: not valid JSON ({Excerpt.Of(error.Message)}); expected {{\"first label\": 0, \"second label\": 1, ...}}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read ({error.Message}); check the name and the file's rights", error);
        }
    }
}
