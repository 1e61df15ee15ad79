using System.Globalization;
using System.Text;

namespace Tailor.Backbones;

/// <summary>
/// Unicode's full canonical decomposition (NFD) of single characters. The table is our own since <see cref="string.Normalize()"/> does nothing when the culture
/// is invariant, and otherwise follows whichever ICU the machine has.
/// </summary>
internal static class CanonicalDecomposition
{
    private const int HangulBase = 0xAC00;
    private const int HangulCount = 11172;
    private const int VowelCount = 21;
    private const int TailCount = 28;
    private static readonly Dictionary<int, string> Table = ReadTable();

    /// <summary>How many characters besides Hangul syllables have a decomposition.</summary>
    public static int Count => Table.Count;

    /// <summary>Every character besides Hangul syllables that has a decomposition, with it.</summary>
    public static IEnumerable<KeyValuePair<int, string>> All => Table;

    /// <summary>The decomposition of a code point, which is the code point itself for most.</summary>
    /// <param name="codePoint">A Unicode scalar value.</param>
    public static string Of(int codePoint)
    {
        int syllable = codePoint - HangulBase;
        if (syllable is >= 0 and < HangulCount)
        {
            // The Unicode Standard, section 3.12: leading consonant, vowel and, when there is one, trailing consonant.
            string open = $"{(char)(0x1100 + (syllable / (VowelCount * TailCount)))}{(char)(0x1161 + (syllable / TailCount % VowelCount))}";
            int tail = syllable % TailCount;
            return tail == 0 ? open : open + (char)(0x11A7 + tail);
        }

        return Table.TryGetValue(codePoint, out string? decomposed) ? decomposed : char.ConvertFromUtf32(codePoint);
    }

    private static Dictionary<int, string> ReadTable()
    {
        var table = new Dictionary<int, string>();
        using Stream stream = typeof(CanonicalDecomposition).Assembly.GetManifestResourceStream("CanonicalDecompositions.txt")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            foreach (string entry in line.StartsWith('#') ? [] : line.Split(' '))
            {
                string[] sides = entry.Split('=');
                table.Add(CodePoint(sides[0]), string.Concat(sides[1].Split('+').Select(c => char.ConvertFromUtf32(CodePoint(c)))));
            }
        }

        return table;
    }

    private static int CodePoint(string hexadecimal) => int.Parse(hexadecimal, NumberStyles.HexNumber);
}
