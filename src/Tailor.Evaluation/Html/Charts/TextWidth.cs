using System.Globalization;
using System.Text;
using Tailor.Data;

namespace Tailor.Evaluation;

/// <summary>How wide a text is about to be in the reader's sans-serif font, which the writer does not know: estimated to the wide side.</summary>
internal static class TextWidth
{
    private const char Cut = '…';
    private const double Rounding = 1e-6;

    /// <summary>The width, in units of the font's size.</summary>
    public static double Of(string text) => text.EnumerateRunes().Sum(Of);

    /// <summary>The text, or as much of its beginning as fits with an ellipsis.</summary>
    /// <param name="text">A text of one line.</param>
    /// <param name="width">The room, in units of the font's size.</param>
    public static string Fit(string text, double width)
    {
        if (Of(text) <= width + Rounding)
        {
            return text;
        }

        var kept = new StringBuilder();
        double used = Of(new Rune(Cut));
        foreach (Rune rune in text.EnumerateRunes().TakeWhile(rune => (used += Of(rune)) <= width + Rounding))
        {
            kept.Append(rune);
        }

        return kept.Append(Cut).ToString();
    }

    private static double Of(Rune rune) => DisplayWidth.Of(rune) switch
    {
        0 => 0,
        2 => 1.05,
        _ when rune.Value is 'm' or 'w' or '%' or '@' or 'M' or 'W' or '…' => 1,
        _ when Rune.IsUpper(rune) => 0.75,
        _ when Rune.IsWhiteSpace(rune) || "iljtfr.,:;'|!()[]/-".Contains((char)Math.Min(rune.Value, char.MaxValue), StringComparison.Ordinal) => 0.4,
        _ => CharUnicodeInfo.GetUnicodeCategory(rune.Value) == UnicodeCategory.Control ? 0 : 0.6,
    };
}
