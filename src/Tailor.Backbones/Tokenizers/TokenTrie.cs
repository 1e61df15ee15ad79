using System.Numerics;

namespace Tailor.Backbones;

/// <summary>
/// A set of texts with ids, asked for the longest one that a text begins with. The edges (node, UTF-16 unit) of the trie stand in one open-addressed table,
/// so that a step costs one look into memory and nothing is allocated.
/// </summary>
internal sealed class TokenTrie
{
    private const ulong Golden = 0x9E3779B97F4A7C15UL;
    private readonly Edge[] _edges;
    private readonly int _shift;
    private int _nodes = 1;

    /// <summary>Builds the trie.</summary>
    /// <param name="entries">Texts, none of them empty, with their ids (0 or more); of equal texts the first counts.</param>
    public TokenTrie(IReadOnlyCollection<(string Text, int Id)> entries)
    {
        int bits = Math.Max(4, BitOperations.Log2(CountEdges(entries)) + 2);
        _edges = new Edge[1 << bits];
        _shift = 64 - bits;
        foreach ((string text, int id) in entries)
        {
            Insert(text, id);
        }
    }

    /// <summary>The longest entry that the text begins with.</summary>
    /// <param name="text">The text.</param>
    /// <param name="length">The entry's UTF-16 units, 0 when there is none.</param>
    /// <returns>The entry's id, or -1.</returns>
    public int LongestMatch(ReadOnlySpan<char> text, out int length)
    {
        Edge[] edges = _edges;
        int mask = edges.Length - 1;
        int found = -1;
        int node = 1;
        length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            ulong key = ((ulong)(uint)node << 16) | text[i];
            int slot = (int)((key * Golden) >> _shift);
            while (edges[slot].Key != key)
            {
                if (edges[slot].Key == 0)
                {
                    return found;
                }

                slot = (slot + 1) & mask;
            }

            node = edges[slot].Child;
            if (edges[slot].Entry > 0)
            {
                found = edges[slot].Entry - 1;
                length = i + 1;
            }
        }

        return found;
    }

    /// <summary>The edges the trie will have: of each text, in order, what it does not share with the one before it; at least 1.</summary>
    private static ulong CountEdges(IEnumerable<(string Text, int Id)> entries)
    {
        ulong edges = 0;
        string before = "";
        foreach (string text in entries.Select(e => e.Text).Order(StringComparer.Ordinal))
        {
            edges += (ulong)(text.Length - text.AsSpan().CommonPrefixLength(before));
            before = text;
        }

        return Math.Max(1, edges);
    }

    private void Insert(string text, int id)
    {
        int node = 1;
        int slot = 0;
        foreach (char unit in text)
        {
            ulong key = ((ulong)(uint)node << 16) | unit;
            slot = (int)((key * Golden) >> _shift);
            while (_edges[slot].Key != key && _edges[slot].Key != 0)
            {
                slot = (slot + 1) & (_edges.Length - 1);
            }

            if (_edges[slot].Key == 0)
            {
                _edges[slot] = new Edge { Key = key, Child = ++_nodes };
            }

            node = _edges[slot].Child;
        }

        if (_edges[slot].Entry == 0)
        {
            _edges[slot].Entry = id + 1;
        }
    }

    /// <summary>An edge of the trie; a key of 0 marks a free slot (the root is node 1), an entry of 0 that no text ends here, else it is the id plus 1.</summary>
    private struct Edge
    {
        public ulong Key;
        public int Child;
        public int Entry;
    }
}
