using Tailor.Foundation;

namespace Tailor.Backbones;

/// <summary>Cuts a word's bytes into the pieces of a byte-level vocabulary by its merges, the earliest of the list first and of equal ones the leftmost (Sennrich et al., ACL 2016).</summary>
internal sealed class BytePairMerges
{
    private readonly Dictionary<(int Left, int Right), (int Rank, int Id)> _merges = [];
    private readonly int[] _inner = new int[256], _last = new int[256];

    /// <summary>Makes the lookup.</summary>
    /// <param name="source">The file that holds the merges, for messages.</param>
    /// <param name="ids">The vocabulary.</param>
    /// <param name="merges">Pairs of pieces, first the one that is merged first.</param>
    /// <param name="wordEnd">What marks the last piece of a word.</param>
    /// <param name="unknown">The id of a byte that the vocabulary lacks.</param>
    /// <exception cref="InputException">A merge's parts or its result are not in the vocabulary.</exception>
    public BytePairMerges(string source, IReadOnlyDictionary<string, int> ids, IReadOnlyList<(string Left, string Right)> merges, string wordEnd, int unknown)
    {
        for (int i = 0; i < merges.Count; i++)
        {
            (string left, string right) = merges[i];
            foreach (string piece in new[] { left, right, left + right })
            {
                if (!ids.ContainsKey(piece))
                {
                    throw InputException.At(
                        source,
                        $"merge {i + 1} ('{WordPieceDefinition.Shown(left)}' with '{WordPieceDefinition.Shown(right)}') needs '{WordPieceDefinition.Shown(piece)}', which is not in the vocabulary",
                        "vocabulary and merges belong together; restore the model's own files");
                }
            }

            _merges.TryAdd((ids[left], ids[right]), (i, ids[left + right]));
        }

        for (int value = 0; value < 256; value++)
        {
            string letter = LetterOf((byte)value).ToString();
            _inner[value] = ids.GetValueOrDefault(letter, unknown);
            _last[value] = ids.GetValueOrDefault(letter + wordEnd, unknown);
        }
    }

    /// <summary>The printable character that stands for a byte in the vocabulary (GPT-2): itself where it is printable in Latin-1, else the next one from U+0100 on.</summary>
    public static char LetterOf(byte value) => value switch
    {
        <= 0x20 => (char)(0x100 + value),
        >= 0x7F and <= 0xA0 => (char)(0x121 + value - 0x7F),
        0xAD => (char)0x143,
        _ => (char)value,
    };

    /// <summary>Appends a word's pieces.</summary>
    /// <param name="word">Its UTF-8 bytes, at least one.</param>
    /// <param name="pieces">Takes each piece's id and the number of bytes it covers.</param>
    public void Append(ReadOnlySpan<byte> word, List<(int Id, int Bytes)> pieces)
    {
        int count = word.Length;
        int[] ids = new int[count], bytes = new int[count], next = new int[count], previous = new int[count];
        for (int i = 0; i < count; i++)
        {
            (ids[i], bytes[i], next[i], previous[i]) = (i == count - 1 ? _last[word[i]] : _inner[word[i]], 1, i + 1, i - 1);
        }

        // A queued pair is stale once either side has been merged away or grown; its ids show it.
        var queue = new PriorityQueue<(int At, int Left, int Right, int Id), (int Rank, int At)>();
        void Enqueue(int at)
        {
            if (at >= 0 && next[at] < count && _merges.TryGetValue((ids[at], ids[next[at]]), out (int Rank, int Id) merge))
            {
                queue.Enqueue((at, ids[at], ids[next[at]], merge.Id), (merge.Rank, at));
            }
        }

        for (int i = 0; i < count - 1; i++)
        {
            Enqueue(i);
        }

        while (queue.TryDequeue(out (int At, int Left, int Right, int Id) pair, out _))
        {
            int right = bytes[pair.At] > 0 ? next[pair.At] : count;
            if (right >= count || ids[pair.At] != pair.Left || ids[right] != pair.Right)
            {
                continue;
            }

            ids[pair.At] = pair.Id;
            bytes[pair.At] += bytes[right];
            bytes[right] = 0;
            next[pair.At] = next[right];
            if (next[right] < count)
            {
                previous[next[right]] = pair.At;
            }

            Enqueue(previous[pair.At]);
            Enqueue(pair.At);
        }

        for (int i = 0; i < count; i = next[i])
        {
            pieces.Add((ids[i], bytes[i]));
        }
    }
}
