using System.Buffers;

namespace Tailor.Backbones;

/// <summary>Finds added tokens in a text: the leftmost, and of those the longest, without overlap.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly IReadOnlyList<AddedToken> _tokens;
    private readonly TokenTrie _trie;
    private readonly SearchValues<char> _firstUnits;

    /// <summary>Makes a matcher.</summary>
    /// <param name="tokens">The tokens with the form in which the text holds them.</param>
    public AddedTokenMatcher(IEnumerable<(AddedToken Token, string Form)> tokens)
    {
        (AddedToken Token, string Form)[] kept = [.. tokens.Where(t => t.Form.Length > 0)];
        _tokens = [.. kept.Select(t => t.Token)];
        _trie = new TokenTrie([.. kept.Select((t, i) => (t.Form, i))]);
        _firstUnits = SearchValues.Create([.. kept.Select(t => t.Form[0]).Distinct()]);
    }

    /// <summary>Whether there is anything to find.</summary>
    public bool IsEmpty => _tokens.Count == 0;

    /// <summary>Finds the next token.</summary>
    /// <param name="text">The text.</param>
    /// <param name="from">Where to look from.</param>
    /// <param name="consumed">The end of what an earlier match took, white space included.</param>
    /// <param name="match">The match.</param>
    public bool TryFind(ReadOnlySpan<char> text, int from, int consumed, out Match match)
    {
        int position = from;
        while (position < text.Length)
        {
            int ahead = text[position..].IndexOfAny(_firstUnits);
            if (ahead < 0)
            {
                break;
            }

            position += ahead;
            int index = _trie.LongestMatch(text[position..], out int length);
            if (index < 0)
            {
                position++;
                continue;
            }

            int end = position + length;
            AddedToken token = _tokens[index];
            if (token.SingleWord && !StandsAlone(text, position, end))
            {
                position = end;
                continue;
            }

            int stop = end + (token.StripRight ? text.Length - end - text[end..].TrimStart().Length : 0);
            int start = token.StripLeft ? text[..position].TrimEnd().Length : position;
            match = new Match(token, Math.Max(start, consumed), stop, end);
            return true;
        }

        match = default;
        return false;
    }

    private static bool StandsAlone(ReadOnlySpan<char> text, int start, int end) =>
        (start == 0 || !BertCharacters.IsWordCharacter(BertCharacters.CodePointBefore(text, start)))
        && (end == text.Length || !BertCharacters.IsWordCharacter(BertCharacters.CodePointAt(text, end, out _)));

    /// <summary>A token found.</summary>
    /// <param name="Token">The token.</param>
    /// <param name="Start">The first unit it takes.</param>
    /// <param name="End">Behind the last unit it takes.</param>
    /// <param name="Next">Where the search goes on.</param>
    public readonly record struct Match(AddedToken Token, int Start, int End, int Next);
}
