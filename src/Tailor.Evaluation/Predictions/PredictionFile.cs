using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Tailor.Foundation;

namespace Tailor.Evaluation;

/// <summary><c>predictions.jsonl</c>: a header line with the class names, then one line per scored example in the order of the split. Comparisons pair runs by it, reports read it.</summary>
public static class PredictionFile
{
    /// <summary>Characters of a text that are kept.</summary>
    public const int TextLength = 300;

    private const long LargestFile = 4L << 30;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
    };

    /// <summary>Writes the file.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="labels">The class names, by class id.</param>
    /// <param name="examples">The examples; their texts are cut to <see cref="TextLength"/>.</param>
    public static void Write(string path, IReadOnlyList<string> labels, IEnumerable<ScoredExample> examples) => AtomicFile.Write(path, stream =>
    {
        Line(stream, new Header(labels));
        foreach (ScoredExample example in examples)
        {
            Line(stream, example with { Text = Cut(example.Text) });
        }
    });

    /// <summary>Reads a file that <see cref="Write"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">It is missing or damaged.</exception>
    public static (IReadOnlyList<string> Labels, IReadOnlyList<ScoredExample> Examples) Read(string path)
    {
        int number = 0;
        try
        {
            if (new FileInfo(path).Length > LargestFile)
            {
                throw InputException.At(path, "larger than 4 GB", "no run writes so many predictions; the file is damaged");
            }

            IReadOnlyList<string> labels = [];
            List<ScoredExample> examples = [];
            foreach (string line in File.ReadLines(path))
            {
                if (number++ == 0)
                {
                    labels = JsonSerializer.Deserialize<Header>(line, Options)?.Labels ?? throw new JsonException("no labels");
                    continue;
                }

                ScoredExample example = JsonSerializer.Deserialize<ScoredExample>(line, Options) is { Text: not null } read ? read : throw new JsonException("no text");
                examples.Add(IsClass(example.Gold) && IsClass(example.Predicted) ? example : throw new JsonException("a class that the header does not name"));
                bool IsClass(int c) => c >= 0 && c < labels.Count;
            }

            return number > 0 ? (labels, examples) : throw new JsonException("empty");
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{path}: no such file; a finished run with a test or a dev split has it", fault);
        }
        catch (JsonException fault)
        {
            throw new InputException($"{path}, line {number}: not a line of predictions ({fault.Message}); the file is damaged, run it again", fault);
        }
    }

    private static void Line<T>(Stream stream, T value)
    {
        JsonSerializer.Serialize(stream, value, Options);
        stream.WriteByte((byte)'\n');
    }

    /// <summary>The beginning of a text, never half a surrogate pair.</summary>
    private static string Cut(string text) =>
        text.Length <= TextLength ? text : text[..(char.IsHighSurrogate(text[TextLength - 1]) ? TextLength - 1 : TextLength)];

    private sealed record Header(IReadOnlyList<string> Labels);
}
