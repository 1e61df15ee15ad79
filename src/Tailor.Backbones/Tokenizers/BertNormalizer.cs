using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Tailor.Backbones;

/// <summary>
/// BERT's normaliser: cleans, spaces Chinese characters, strips accents and lower-cases, in this order. Each character is replaced by itself alone:
/// Unicode's canonical reordering only moves combining marks among themselves, and the non-spacing ones, all but a handful, are dropped.
/// </summary>
internal sealed class BertNormalizer
{
    private readonly bool _stripAccents;
    private readonly short[] _ascii = new short[128];
    private readonly Page?[] _pages = new Page?[256];
    private readonly ConcurrentDictionary<int, string> _beyondBasicPlane = new();

    public BertNormalizer(BertNormalizerOptions options)
    {
        Options = options;
        _stripAccents = options.StripAccents ?? options.Lowercase;
        for (int i = 0; i < 128; i++)
        {
            string replacement = Replace(i);
            _ascii[i] = (short)(replacement.Length == 0 ? -1 : replacement[0]);
        }
    }

    /// <summary>The settings.</summary>
    public BertNormalizerOptions Options { get; }

    /// <summary>Appends the normalised form of a text.</summary>
    /// <param name="text">The text; lone surrogates count as U+FFFD.</param>
    /// <param name="firstCodePoint">The place of the text's first code point in the whole source.</param>
    /// <param name="target">Made for a source at least as long as the text.</param>
    public void Normalize(ReadOnlySpan<char> text, int firstCodePoint, ref NormalizedText target)
    {
        int source = firstCodePoint;
        int i = 0;
        while (i < text.Length)
        {
            char unit = text[i];
            if (unit < 128)
            {
                int run = NormalizeAscii(text[i..], source, ref target);
                source += run;
                i += run;
                continue;
            }

            int width = 1;
            if (char.IsSurrogate(unit))
            {
                int codePoint = BertCharacters.CodePointAt(text, i, out width);
                target.Add(_beyondBasicPlane.GetOrAdd(codePoint, static (c, self) => self.Replace(c), this), source, text.Length - i - width);
            }
            else
            {
                Page page = _pages[unit >> 8] ?? MakePage(unit >> 8);
                if (page.Longer[unit & 255] is { } longer)
                {
                    target.Add(longer, source, text.Length - i - 1);
                }
                else
                {
                    target.Add(page.Single[unit & 255], source);
                }
            }

            source++;
            i += width;
        }
    }

    /// <summary>The normalised form as a string of its own.</summary>
    public string Normalize(string text)
    {
        var target = new NormalizedText(text.Length, traced: false);
        try
        {
            Normalize(text, 0, ref target);
            return target.Units.ToString();
        }
        finally
        {
            target.Dispose();
        }
    }

    /// <summary>Appends the normalised form of the ASCII characters that a text begins with, which are mapped one to one or dropped.</summary>
    /// <returns>How many they are.</returns>
    private int NormalizeAscii(ReadOnlySpan<char> text, int source, ref NormalizedText target)
    {
        ReadOnlySpan<short> ascii = _ascii;
        Span<char> free = target.Free;
        int end = text.IndexOfAnyExceptInRange('\0', '\u007F');
        text = end < 0 ? text : text[..end];
        int written = 0;
        if (target.IsTraced)
        {
            Span<int> sources = target.FreeSources;
            for (int i = 0; i < text.Length; i++)
            {
                short mapped = ascii[text[i]];
                if (mapped >= 0)
                {
                    free[written] = (char)mapped;
                    sources[written++] = source + i;
                }
            }
        }
        else
        {
            foreach (char unit in text)
            {
                short mapped = ascii[unit];
                if (mapped >= 0)
                {
                    free[written++] = (char)mapped;
                }
            }
        }

        target.Length += written;
        return text.Length;
    }

    private Page MakePage(int index)
    {
        var page = new Page();
        for (int i = 0; i < 256; i++)
        {
            int unit = (index << 8) | i;
            string replacement = char.IsSurrogate((char)unit) ? "" : Replace(unit);
            page.Single[i] = replacement.Length == 1 ? replacement[0] : default;
            page.Longer[i] = replacement.Length == 1 ? null : replacement;
        }

        // Two threads may make the same page; either is right.
        Volatile.Write(ref _pages[index], page);
        return page;
    }

    /// <summary>What one code point becomes.</summary>
    private string Replace(int codePoint)
    {
        if (Options.CleanText)
        {
            if (codePoint is 0 or 0xFFFD || BertCharacters.IsControl(codePoint))
            {
                return "";
            }

            if (BertCharacters.IsWhitespace(codePoint))
            {
                return " ";
            }
        }

        string text = _stripAccents ? WithoutAccents(codePoint) : char.ConvertFromUtf32(codePoint);
        if (Options.Lowercase)
        {
            text = Lower(text);
        }

        return Options.HandleChineseChars && BertCharacters.IsChinese(codePoint) ? $" {text} " : text;
    }

    private static string WithoutAccents(int codePoint)
    {
        var kept = new StringBuilder();
        foreach (Rune rune in CanonicalDecomposition.Of(codePoint).EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark)
            {
                kept.Append(rune.ToString());
            }
        }

        return kept.ToString();
    }

    /// <summary>Lower case without context; only U+0130 becomes two characters (Unicode's SpecialCasing), which .NET's simple casing leaves alone.</summary>
    internal static string Lower(string text)
    {
        var lower = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes())
        {
            lower.Append(rune.Value == 0x130 ? "i\u0307" : Rune.ToLowerInvariant(rune).ToString());
        }

        return lower.ToString();
    }

    /// <summary>The replacements of 256 characters: one unit, or the longer (or empty) text where there is one.</summary>
    private sealed class Page
    {
        public char[] Single { get; } = new char[256];

        public string?[] Longer { get; } = new string?[256];
    }
}
