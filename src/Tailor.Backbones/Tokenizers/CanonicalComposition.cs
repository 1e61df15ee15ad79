using System.Text;

namespace Tailor.Backbones;

/// <summary>
/// Unicode's normal form C with the places of the characters: canonical decomposition, then composition of characters that stand side by side. Marks are not reordered, which differs from
/// the standard only where several marks on one letter stand in an order that no keyboard or converter makes.
/// </summary>
internal static class CanonicalComposition
{
    private const int HangulBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TailBase = 0x11A7, Leads = 19, Vowels = 21, Tails = 28;

    // CompositionExclusions.txt and the decompositions that start with a mark (Unicode Standard Annex 15, section 5.1); singletons are left out by their length.
    private static readonly (int First, int Last)[] Excluded =
    [
        (0x344, 0x344), (0x958, 0x95F), (0x9DC, 0x9DD), (0x9DF, 0x9DF), (0xA33, 0xA33), (0xA36, 0xA36), (0xA59, 0xA5B), (0xA5E, 0xA5E), (0xB5C, 0xB5D), (0xF43, 0xF43),
        (0xF4D, 0xF4D), (0xF52, 0xF52), (0xF57, 0xF57), (0xF5C, 0xF5C), (0xF69, 0xF69), (0xF73, 0xF73), (0xF75, 0xF76), (0xF78, 0xF78), (0xF81, 0xF81), (0xF93, 0xF93), (0xF9D, 0xF9D),
        (0xFA2, 0xFA2), (0xFA7, 0xFA7), (0xFAC, 0xFAC), (0xFB9, 0xFB9), (0x2ADC, 0x2ADC), (0xFB1D, 0xFB4E), (0x1D15E, 0x1D164), (0x1D1BB, 0x1D1C0),
    ];

    private static readonly Dictionary<(int First, int Second), int> Pairs = MakePairs();

    /// <summary>Appends a text's normal form.</summary>
    /// <param name="text">The text; a lone surrogate reads as U+FFFD.</param>
    /// <param name="firstCodePoint">The place of its first character.</param>
    /// <param name="result">Takes the characters, each with the range of places that it came from.</param>
    public static void Normalize(ReadOnlySpan<char> text, int firstCodePoint, List<(int CodePoint, int Start, int End)> result)
    {
        int place = firstCodePoint, floor = result.Count;
        foreach (Rune rune in text.EnumerateRunes())
        {
            foreach (Rune part in rune.IsAscii ? [rune] : CanonicalDecomposition.Of(rune.Value).EnumerateRunes().ToArray())
            {
                if (result.Count > floor && Pair(result[^1].CodePoint, part.Value) is { } composed)
                {
                    result[^1] = (composed, result[^1].Start, place + 1);
                }
                else
                {
                    result.Add((part.Value, place, place + 1));
                }
            }

            place++;
        }
    }

    private static int? Pair(int first, int second)
    {
        if (first - LeadBase is >= 0 and < Leads and var lead && second - VowelBase is >= 0 and < Vowels and var vowel)
        {
            return HangulBase + (((lead * Vowels) + vowel) * Tails);
        }

        return first - HangulBase is >= 0 and < Leads * Vowels * Tails and var syllable && syllable % Tails == 0 && second - TailBase is > 0 and < Tails and var tail ? first + tail
            : Pairs.TryGetValue((first, second), out int composed) ? composed : null;
    }

    private static Dictionary<(int, int), int> MakePairs()
    {
        // Of two characters with one decomposition the later one only stands for the earlier (U+1F71 for U+03AC) and is never composed.
        Dictionary<string, int> whole = CanonicalDecomposition.All
            .Where(entry => entry.Value.EnumerateRunes().Count() > 1 && !Excluded.Any(range => entry.Key >= range.First && entry.Key <= range.Last))
            .GroupBy(entry => entry.Value, entry => entry.Key, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Min(), StringComparer.Ordinal);
        var pairs = new Dictionary<(int, int), int>();
        foreach ((string decomposed, int composed) in whole)
        {
            Rune[] runes = [.. decomposed.EnumerateRunes()];
            string before = string.Concat(runes[..^1]);
            if (runes.Length == 2 || whole.ContainsKey(before))
            {
                pairs.Add((runes.Length == 2 ? runes[0].Value : whole[before], runes[^1].Value), composed);
            }
        }

        return pairs;
    }
}
