using System.Globalization;

namespace Tailor.Backbones;

/// <summary>The classes of characters that BERT's normaliser and pre-tokenizer tell apart, as Hugging Face's <c>tokenizers</c> draws them.</summary>
internal static class BertCharacters
{
    /// <summary>Whether a code point is white space in Unicode's sense (White_Space).</summary>
    public static bool IsWhitespace(int codePoint) => codePoint <= char.MaxValue && char.IsWhiteSpace((char)codePoint);

    /// <summary>Whether a code point is dropped as a control character: categories Cc and Cf but for tab, line feed and carriage return.</summary>
    /// <remarks>Unassigned characters stay. Of the private-use ranges the reference's table holds only the first and the last code point, so the others stay too.</remarks>
    public static bool IsControl(int codePoint) => codePoint switch
    {
        '\t' or '\n' or '\r' => false,
        0xE000 or 0xF8FF or 0xF0000 or 0xFFFFD or 0x100000 or 0x10FFFD => true,
        _ => CharUnicodeInfo.GetUnicodeCategory(codePoint) is UnicodeCategory.Control or UnicodeCategory.Format,
    };

    /// <summary>Whether a code point is a word of its own: ASCII's punctuation and symbols, and Unicode's punctuation (P*).</summary>
    public static bool IsPunctuation(int codePoint) => codePoint < 128
        ? codePoint is (>= '!' and <= '/') or (>= ':' and <= '@') or (>= '[' and <= '`') or (>= '{' and <= '~')
        : CharUnicodeInfo.GetUnicodeCategory(codePoint) is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation
            or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation
            or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation;

    /// <summary>Whether a code point is in one of the CJK ideograph blocks (the reference's ranges, gap at U+2B820 included).</summary>
    public static bool IsChinese(int codePoint) => codePoint is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF)
        or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);

    /// <summary>Whether a code point belongs to a word in the sense of <c>\w</c> (Unicode Technical Standard 18, Annex C), which added tokens' single_word asks.</summary>
    public static bool IsWordCharacter(int codePoint) => CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter
            or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ConnectorPunctuation
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => true,
        UnicodeCategory.Format => codePoint is 0x200C or 0x200D,
        UnicodeCategory.OtherSymbol => codePoint is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189),
        _ => false,
    };

    /// <summary>The code point that starts at a position, and the UTF-16 units it takes; a lone surrogate reads as U+FFFD.</summary>
    public static int CodePointAt(ReadOnlySpan<char> text, int position, out int width)
    {
        char unit = text[position];
        if (!char.IsSurrogate(unit))
        {
            width = 1;
            return unit;
        }

        if (char.IsHighSurrogate(unit) && position + 1 < text.Length && char.IsLowSurrogate(text[position + 1]))
        {
            width = 2;
            return char.ConvertToUtf32(unit, text[position + 1]);
        }

        width = 1;
        return 0xFFFD;
    }

    /// <summary>The code point that ends just before a position.</summary>
    public static int CodePointBefore(ReadOnlySpan<char> text, int position) => position >= 2 && char.IsSurrogatePair(text[position - 2], text[position - 1])
        ? char.ConvertToUtf32(text[position - 2], text[position - 1])
        : CodePointAt(text, position - 1, out _);

    /// <summary>How many code points a text holds; a lone surrogate counts as one.</summary>
    public static int CountCodePoints(ReadOnlySpan<char> text)
    {
        int pairs = 0;
        int position = text.IndexOfAnyInRange('\uD800', '\uDFFF');
        for (; position >= 0 && position < text.Length - 1; position++)
        {
            if (char.IsSurrogatePair(text[position], text[position + 1]))
            {
                pairs++;
                position++;
            }
        }

        return text.Length - pairs;
    }
}
