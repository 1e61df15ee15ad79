using System.Runtime.InteropServices;
using Tailor.Foundation;

namespace Tailor.Baselines;

/// <summary>
/// Texts as rows of weighted term counts, equal to scikit-learn's <c>TfidfVectorizer</c>: count (or 1 + its logarithm) times ln((1 + texts) / (1 + texts with the term)) + 1, each row scaled to length 1.
/// Terms are kept as numbers of 8 bytes, never as strings; only single words are.
/// </summary>
public sealed class TfidfVectorizer
{
    private readonly TfidfOptions _options;
    private readonly TermKeys _terms;
    private readonly Dictionary<ulong, int> _columns = [];
    private readonly List<ulong> _keys = [];
    private double[] _idf = [];

    private TfidfVectorizer(TfidfOptions options) => (_options, _terms) = (options, TermKeys.Of(options.Unit));

    /// <summary>The number of terms, which is the width of the rows.</summary>
    public int Width => _idf.Length;

    /// <summary>Learns the terms and their weights from texts.</summary>
    /// <param name="texts">The training texts, at least one.</param>
    /// <param name="options">The settings.</param>
    /// <param name="rows">The rows of these texts.</param>
    /// <exception cref="InputException">No text has a term, or the texts have more than about two thousand million.</exception>
    public static TfidfVectorizer Fit(IReadOnlyList<string> texts, TfidfOptions options, out SparseRows rows)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(options);
        var vectorizer = new TfidfVectorizer(options);
        (int[] starts, int[] columns, float[] values) = vectorizer.Count(texts, learn: true);
        if (columns.Length == 0)
        {
            throw new InputException(options.Unit == TermUnit.Words
                ? "no training text has a word of two letters or digits, so there is nothing to learn from; is this the text column?"
                : "every training text is empty, so there is nothing to learn from; is this the text column?");
        }

        int[] textsWith = new int[vectorizer._columns.Count];
        foreach (int column in columns)
        {
            textsWith[column]++;
        }

        vectorizer._idf = [.. textsWith.Select(with => Math.Log((1.0 + texts.Count) / (1 + with)) + 1)];
        rows = vectorizer.Weigh(starts, columns, values);
        return vectorizer;
    }

    /// <summary>The rows of any texts; terms that the training texts did not have are left out.</summary>
    /// <param name="texts">The texts.</param>
    public SparseRows Transform(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        (int[] starts, int[] columns, float[] values) = Count(texts, learn: false);
        return Weigh(starts, columns, values);
    }

    private (int[] Starts, int[] Columns, float[] Values) Count(IReadOnlyList<string> texts, bool learn)
    {
        int[] starts = new int[texts.Count + 1];
        List<int> columns = [], row = [];
        List<float> values = [];
        for (int i = 0; i < texts.Count; i++)
        {
            _keys.Clear();
            row.Clear();
            _terms.Read(texts[i], learn, _keys);
            foreach (ulong key in _keys)
            {
                if (Column(key, learn) is >= 0 and int column)
                {
                    row.Add(column);
                }
            }

            row.Sort();
            if (columns.Count > Array.MaxLength - row.Count)
            {
                throw new InputException($"the first {i} texts have {columns.Count} different terms in sum, which is all that fits; leave some texts out");
            }

            for (int first = 0, next; first < row.Count; first = next)
            {
                for (next = first + 1; next < row.Count && row[next] == row[first]; next++)
                {
                }

                columns.Add(row[first]);
                values.Add(next - first);
            }

            starts[i + 1] = columns.Count;
        }

        return (starts, [.. columns], [.. values]);
    }

    private int Column(ulong key, bool learn)
    {
        if (!learn)
        {
            return _columns.GetValueOrDefault(key, -1);
        }

        ref int column = ref CollectionsMarshal.GetValueRefOrAddDefault(_columns, key, out bool known);
        if (!known)
        {
            column = _columns.Count - 1;
        }

        return column;
    }

    private SparseRows Weigh(int[] starts, int[] columns, float[] values)
    {
        for (int row = 0; row + 1 < starts.Length; row++)
        {
            double squares = 0;
            for (int k = starts[row]; k < starts[row + 1]; k++)
            {
                double weight = (_options.Sublinear ? 1 + Math.Log(values[k]) : values[k]) * _idf[columns[k]];
                squares += weight * weight;
                values[k] = (float)weight;
            }

            float scale = (float)(1 / Math.Sqrt(squares));
            for (int k = starts[row]; k < starts[row + 1]; k++)
            {
                values[k] *= scale;
            }
        }

        return new SparseRows(Width, starts, columns, values);
    }
}
