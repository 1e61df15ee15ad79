using System.Text;

namespace Tailor.Baselines;

/// <summary>Chooses words or characters by the script of the texts.</summary>
internal static class TermUnitChoice
{
    private const double Most = 0.5;

    /// <summary>First and last code points of the letters of scripts written without spaces: Thai and Lao, Burmese, Khmer, kana, Han in the basic plane, half-width kana, Han beyond it.</summary>
    private static readonly (int First, int Last)[] Spaceless =
        [(0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0xFF66, 0xFF9D), (0x20000, 0x3FFFF)];

    /// <summary>Chooses, and says why.</summary>
    /// <param name="texts">The training texts.</param>
    public static (TermUnit Unit, string Why) Of(IEnumerable<string> texts)
    {
        long letters = 0, spaceless = 0;
        foreach (Rune rune in texts.SelectMany(text => text.EnumerateRunes()))
        {
            if (Rune.IsLetter(rune))
            {
                letters++;
                spaceless += rune.Value >= Spaceless[0].First && Array.Exists(Spaceless, range => rune.Value >= range.First && rune.Value <= range.Last) ? 1 : 0;
            }
        }

        double share = letters == 0 ? 0 : (double)spaceless / letters;
        return share > Most
            ? (TermUnit.Characters, FormattableString.Invariant($"Terms are one to three characters: {share:P0} of the training texts' letters are of scripts written without spaces."))
            : (TermUnit.Words, FormattableString.Invariant($"Terms are words and pairs of words: {share:P0} of the training texts' letters are of scripts written without spaces."));
    }
}
