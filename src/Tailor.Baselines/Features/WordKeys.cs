using System.Text;

namespace Tailor.Baselines;

/// <summary>Words and pairs of neighbouring words: the word's number, or two of them in one key.</summary>
internal sealed class WordKeys : TermKeys
{
    private const int Bits = 32;
    private readonly Dictionary<string, uint> _words = new(StringComparer.Ordinal);

    public override void Read(string text, bool learn, List<ulong> keys)
    {
        ReadOnlySpan<char> rest = PythonLowerCase.Of(text);
        uint previous = 0;
        while (NextWord(ref rest) is { IsEmpty: false } word)
        {
            uint number = Number(word, learn);
            if (number != 0)
            {
                keys.Add(number);
                if (previous != 0)
                {
                    keys.Add(((ulong)previous << Bits) | number);
                }
            }

            previous = number;
        }
    }

    /// <summary>The next run of at least two word characters, which is cut off the text; empty at the text's end.</summary>
    private static ReadOnlySpan<char> NextWord(ref ReadOnlySpan<char> rest)
    {
        while (!rest.IsEmpty)
        {
            int end = 0, characters = 0, length;
            while (end < rest.Length && IsWordCharacter(rest[end..], out length))
            {
                end += length;
                characters++;
            }

            ReadOnlySpan<char> word = rest[..end];
            if (end < rest.Length)
            {
                IsWordCharacter(rest[end..], out length);
                end += length;
            }

            rest = rest[end..];
            if (characters > 1)
            {
                return word;
            }
        }

        return [];
    }

    /// <summary>Python's <c>\w</c>: letters and numbers of any kind and the underscore, but no combining marks, which .NET's has too.</summary>
    private static bool IsWordCharacter(ReadOnlySpan<char> text, out int length)
    {
        if (char.IsAscii(text[0]))
        {
            length = 1;
            return char.IsAsciiLetterOrDigit(text[0]) || text[0] == '_';
        }

        // Half of a surrogate pair decodes to U+FFFD, which is no word character.
        Rune.DecodeFromUtf16(text, out Rune rune, out length);
        return Rune.IsLetter(rune) || Rune.IsNumber(rune);
    }

    /// <summary>The word's number from 1 on, or 0 for a word that is not known.</summary>
    private uint Number(ReadOnlySpan<char> word, bool learn)
    {
        Dictionary<string, uint>.AlternateLookup<ReadOnlySpan<char>> words = _words.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!words.TryGetValue(word, out uint number) && learn)
        {
            number = (uint)_words.Count + 1;
            words[word] = number;
        }

        return number;
    }
}
