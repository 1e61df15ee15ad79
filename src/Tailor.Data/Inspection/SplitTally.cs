using System.Runtime.InteropServices;

namespace Tailor.Data;

/// <summary>Gathers what an inspection says about one part of the data, example by example.</summary>
internal sealed class SplitTally(string name, InspectionOptions options)
{
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly LengthHistogram _characters = new();
    private readonly LengthHistogram _words = new();
    private readonly LengthHistogram _tokens = new();
    private int _empty;

    /// <summary>The number of rows so far.</summary>
    public int Rows { get; private set; }

    /// <summary>The rows of each label, in order of first appearance.</summary>
    public IReadOnlyDictionary<string, int> Counts => _counts;

    /// <summary>Takes the next example.</summary>
    public void Add(TextExample example)
    {
        Rows++;
        if (example.Label is { } label)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_counts, label, out _)++;
        }

        int words = WordCount.Of(example.Text);
        _empty += words == 0 ? 1 : 0;
        _characters.Add(example.Text.Length + (example.Pair?.Length ?? 0));
        _words.Add(words + WordCount.Of(example.Pair));
        if (options.TokenLength is { } tokenLength)
        {
            _tokens.Add(tokenLength(example.Text, example.Pair));
        }
    }

    /// <summary>What was gathered.</summary>
    public SplitInspection Result()
    {
        (int head, int tail) = ClassGroupSizes.HeadTail(_counts.Values, options.HeadThreshold);
        return new SplitInspection(name, Rows, _counts.Count, head, tail, _empty, _characters.Summary(), _words.Summary(), _tokens.Summary());
    }
}
