namespace Tailor.Data;

/// <summary>The spread of lengths: each percentile is the smallest length that covers that share of the texts (nearest rank).</summary>
/// <param name="Mean">The mean length.</param>
/// <param name="Median">Covers half of the texts.</param>
/// <param name="P90">Covers 90 %.</param>
/// <param name="P95">Covers 95 %.</param>
/// <param name="P99">Covers 99 %.</param>
/// <param name="Longest">Covers all.</param>
public sealed record LengthSummary(double Mean, int Median, int P90, int P95, int P99, int Longest);

/// <summary>Counts texts by length, in memory that depends on the lengths that occur and not on the number of texts.</summary>
internal sealed class LengthHistogram
{
    private readonly long[] _short = new long[1 << 12];
    private readonly SortedDictionary<int, long> _long = [];
    private long _texts;
    private long _sum;

    /// <summary>Takes the length of the next text.</summary>
    public void Add(int length)
    {
        if (length < _short.Length)
        {
            _short[length]++;
        }
        else
        {
            _long[length] = _long.GetValueOrDefault(length) + 1;
        }

        _texts++;
        _sum += length;
    }

    /// <summary>The spread of the lengths taken so far; null before the first.</summary>
    public LengthSummary? Summary() => _texts == 0
        ? null
        : new LengthSummary((double)_sum / _texts, Covering(50), Covering(90), Covering(95), Covering(99), Covering(100));

    private int Covering(int percent)
    {
        long rank = ((_texts * percent) + 99) / 100;
        long seen = 0;
        foreach ((int length, long count) in _short.Index().Concat(_long.Select(pair => (pair.Key, pair.Value))))
        {
            seen += count;
            if (seen >= rank)
            {
                return length;
            }
        }

        return 0;
    }
}
