using System.Globalization;
using System.Text;

namespace Tailor.Baselines;

/// <summary>
/// Lower-cases as Python's <c>str.lower</c> does, which is Unicode's full mapping (The Unicode Standard, section 3.13): .NET's own maps one character to one, and so leaves İ alone and writes Σ as σ at the end of a word too.
/// </summary>
internal static class PythonLowerCase
{
    private const char DottedI = 'İ', CapitalSigma = 'Σ';

    /// <summary>Unicode's Word_Break classes MidLetter, MidNumLet and Single_Quote: apostrophes, full stops, colons.</summary>
    private const string WithinWords = "'.:\u00B7\u0387\u055F\u05F4\u2018\u2019\u2024\u2027\uFE13\uFE52\uFE55\uFF07\uFF0E\uFF1A";

    public static string Of(string text)
    {
        if (text.AsSpan().IndexOfAny(DottedI, CapitalSigma) < 0)
        {
            return text.ToLowerInvariant();
        }

        Rune[] runes = [.. text.EnumerateRunes()];
        var lower = new StringBuilder(text.Length + 1);
        for (int i = 0; i < runes.Length; i++)
        {
            lower.Append(runes[i].Value switch
            {
                DottedI => "i\u0307",
                CapitalSigma => EndsWord(runes, i) ? "ς" : "σ",
                _ => Rune.ToLowerInvariant(runes[i]).ToString(),
            });
        }

        return lower.ToString();
    }

    /// <summary>Final_Sigma: a cased letter before it and none after it, whatever ignorable characters stand between.</summary>
    private static bool EndsWord(Rune[] runes, int place)
    {
        int before = place - 1, after = place + 1;
        while (before >= 0 && IsIgnorable(runes[before]))
        {
            before--;
        }

        while (after < runes.Length && IsIgnorable(runes[after]))
        {
            after++;
        }

        return before >= 0 && IsCased(runes[before]) && !(after < runes.Length && IsCased(runes[after]));
    }

    /// <summary>Letters with a case; besides them the ordinals ª and º, Roman numerals and circled letters.</summary>
    private static bool IsCased(Rune rune) => rune.Value is 0xAA or 0xBA or (>= 0x2160 and <= 0x217F) or (>= 0x24B6 and <= 0x24E9)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter;

    private static bool IsIgnorable(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
        or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol || (rune.IsBmp && WithinWords.Contains((char)rune.Value));
}
