using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Tailor.Data;

/// <summary>Counts words between white space.</summary>
internal static class WordCount
{
    /// <summary>The words of a text: its longest runs of characters of which <see cref="char.IsWhiteSpace(char)"/> is false.</summary>
    public static int Of(ReadOnlySpan<char> text)
    {
        int words = 0, i = 0;
        bool inside = false;
        ReadOnlySpan<ushort> units = MemoryMarshal.Cast<char, ushort>(text);
        for (; i <= units.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            Vector256<ushort> block = Vector256.Create(units[i..]);
            if (Vector256.GreaterThanAny(block, Vector256.Create((ushort)0x7F)))
            {
                words += Of(text.Slice(i, Vector256<ushort>.Count), ref inside);
                continue;
            }

            // ASCII's white space: tab to carriage return, and the blank. A word starts where a letter stands behind white space.
            Vector256<ushort> blank = Vector256.LessThanOrEqual(block - Vector256.Create((ushort)'\t'), Vector256.Create((ushort)('\r' - '\t'))) | Vector256.Equals(block, Vector256.Create((ushort)' '));
            uint letters = ~blank.ExtractMostSignificantBits() & 0xFFFF;
            words += BitOperations.PopCount(letters & ~((letters << 1) | (inside ? 1u : 0u)));
            inside = (letters & 0x8000) != 0;
        }

        return words + Of(text[i..], ref inside);
    }

    private static int Of(ReadOnlySpan<char> text, ref bool inside)
    {
        int words = 0;
        foreach (char c in text)
        {
            bool blank = char.IsWhiteSpace(c);
            words += !blank && !inside ? 1 : 0;
            inside = !blank;
        }

        return words;
    }
}
