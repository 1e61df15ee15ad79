namespace Tailor.Backbones;

/// <summary>BERT's pre-tokenizer: words are what stands between white space, and every punctuation character is a word of its own.</summary>
internal static class BertPreTokenizer
{
    private const byte Inner = 0;
    private const byte Blank = 1;
    private const byte Alone = 2;
    private static readonly byte[] Ascii = [.. Enumerable.Range(0, 128).Select(Kind)];

    /// <summary>Finds the next word of a normalised text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="position">Where to look from; moved behind the word.</param>
    /// <param name="start">The word's first unit; it ends at <paramref name="position"/>.</param>
    /// <returns>False when only white space was left.</returns>
    public static bool TryNextWord(ReadOnlySpan<char> text, ref int position, out int start)
    {
        ReadOnlySpan<byte> ascii = Ascii;
        int i = position;
        start = -1;
        while (i < text.Length)
        {
            int width = 1;
            byte kind = text[i] < 128 ? ascii[text[i]] : Kind(BertCharacters.CodePointAt(text, i, out width));
            if (kind == Inner)
            {
                start = start < 0 ? i : start;
            }
            else if (start >= 0)
            {
                break;
            }
            else if (kind == Alone)
            {
                start = i;
                i += width;
                break;
            }

            i += width;
        }

        position = i;
        return start >= 0;
    }

    private static byte Kind(int codePoint) => BertCharacters.IsWhitespace(codePoint) ? Blank : BertCharacters.IsPunctuation(codePoint) ? Alone : Inner;
}
