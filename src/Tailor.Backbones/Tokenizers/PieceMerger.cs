using System.Text;

namespace Tailor.Backbones;

/// <summary>
/// The merge loop of byte-pair encoding over words (Sennrich et al., 2016), with the bookkeeping of Hugging Face's <c>BpeTrainer</c>: the most frequent pair of
/// neighbouring pieces becomes a piece, of equally frequent pairs the one with the lower ids.
/// </summary>
internal sealed class PieceMerger
{
    private readonly List<string> _vocabulary;
    private readonly Dictionary<string, int> _ids;
    private readonly string _prefix;
    private readonly List<Word> _words = [];
    private readonly Dictionary<(int Left, int Right), long> _pairCounts = [];
    private readonly Dictionary<(int Left, int Right), List<int>> _changedPlaces = [];
    private readonly PriorityQueue<List<int>, Candidate> _queue = new(Candidate.Order);

    private PieceMerger(IEnumerable<KeyValuePair<string, long>> words, IReadOnlyList<string> vocabulary, string prefix)
    {
        _vocabulary = [.. vocabulary];
        _ids = vocabulary.Index().ToDictionary(t => t.Item, t => t.Index, StringComparer.Ordinal);
        _prefix = prefix;
        foreach ((string word, long count) in words)
        {
            Add(word, count);
        }

        Enqueue();
    }

    /// <summary>Grows a vocabulary by merges.</summary>
    /// <param name="words">The words with their numbers.</param>
    /// <param name="vocabulary">The tokens to begin with, among them all characters and, behind the prefix, all that stand within words.</param>
    /// <param name="prefix">What marks a piece that goes on within a word.</param>
    /// <param name="size">The number of tokens to stop at.</param>
    /// <param name="minFrequency">How often a pair must occur.</param>
    /// <param name="ct">Stops the work.</param>
    public static IReadOnlyList<string> Merge(
        IEnumerable<KeyValuePair<string, long>> words, IReadOnlyList<string> vocabulary, string prefix, int size, int minFrequency, CancellationToken ct)
    {
        var merger = new PieceMerger(words, vocabulary, prefix);
        while (merger._vocabulary.Count < size && merger._queue.TryDequeue(out List<int>? places, out Candidate top))
        {
            ct.ThrowIfCancellationRequested();
            long now = merger._pairCounts[top.Pair];
            if (now != top.Count)
            {
                merger._queue.Enqueue(places, top with { Count = now });
            }
            else if (now < Math.Max(1, minFrequency))
            {
                break;
            }
            else
            {
                merger.MergeEverywhere(top.Pair, places);
            }
        }

        return merger._vocabulary;
    }

    private void Add(string word, long count)
    {
        var pieces = new List<int>();
        foreach (Rune rune in word.EnumerateRunes())
        {
            pieces.Add(_ids[pieces.Count == 0 ? rune.ToString() : _prefix + rune]);
        }

        for (int i = 0; i + 1 < pieces.Count; i++)
        {
            Change((pieces[i], pieces[i + 1]), count, _words.Count);
        }

        _words.Add(new Word { Pieces = [.. pieces], Length = pieces.Count, Count = count });
    }

    private void MergeEverywhere((int Left, int Right) pair, List<int> places)
    {
        string right = _vocabulary[pair.Right];
        string token = _vocabulary[pair.Left] + (right.StartsWith(_prefix, StringComparison.Ordinal) ? right[_prefix.Length..] : right);
        if (!_ids.TryGetValue(token, out int id))
        {
            id = _vocabulary.Count;
            _vocabulary.Add(token);
            _ids.Add(token, id);
        }

        foreach (int place in places)
        {
            MergeWithin(place, pair, id);
        }

        Enqueue();
    }

    private void MergeWithin(int place, (int Left, int Right) pair, int merged)
    {
        Word word = _words[place];
        int[] pieces = word.Pieces;
        int kept = 0;
        for (int i = 0; i < word.Length; i++)
        {
            if (pieces[i] != pair.Left || i + 1 >= word.Length || pieces[i + 1] != pair.Right)
            {
                pieces[kept++] = pieces[i];
                continue;
            }

            if (kept > 0)
            {
                Change((pieces[kept - 1], pair.Left), -word.Count, place);
                Change((pieces[kept - 1], merged), word.Count, place);
            }

            if (i + 2 < word.Length)
            {
                Change((pair.Right, pieces[i + 2]), -word.Count, place);
                Change((merged, pieces[i + 2]), word.Count, place);
            }

            pieces[kept++] = merged;
            i++;
        }

        word.Length = kept;
    }

    /// <summary>Counts a pair up or down; where it came to be is noted for the queue.</summary>
    private void Change((int Left, int Right) pair, long change, int place)
    {
        _pairCounts[pair] = _pairCounts.GetValueOrDefault(pair) + change;
        if (change <= 0)
        {
            return;
        }

        if (!_changedPlaces.TryGetValue(pair, out List<int>? places))
        {
            _changedPlaces.Add(pair, places = []);
        }

        // A word's changes come together, so a second one of the same pair follows the first.
        if (places.Count == 0 || places[^1] != place)
        {
            places.Add(place);
        }
    }

    private void Enqueue()
    {
        foreach ((var pair, List<int> places) in _changedPlaces)
        {
            if (_pairCounts[pair] > 0)
            {
                _queue.Enqueue(places, new Candidate(_pairCounts[pair], pair));
            }
        }

        _changedPlaces.Clear();
    }

    /// <summary>A pair with the number of times it stood when it was queued; the most frequent comes first, then the lower ids.</summary>
    private readonly record struct Candidate(long Count, (int Left, int Right) Pair)
    {
        public static readonly IComparer<Candidate> Order =
            Comparer<Candidate>.Create((a, b) => a.Count != b.Count ? b.Count.CompareTo(a.Count) : a.Pair.CompareTo(b.Pair));
    }

    private sealed class Word
    {
        public required int[] Pieces { get; init; }

        public required long Count { get; init; }

        public int Length { get; set; }
    }
}
