using System.Globalization;
using System.Text;

namespace Tailor.Data;

/// <summary>How many columns of a terminal a text takes: East Asian wide characters and emoji take two (Unicode TR 11), combining marks none.</summary>
public static class DisplayWidth
{
    /// <summary>The columns that a text takes.</summary>
    /// <param name="text">A text of one line.</param>
    public static int Of(string text) => text.EnumerateRunes().Sum(Of);

    /// <summary>A text cut or filled with blanks to a number of columns; control characters become blanks.</summary>
    /// <param name="text">A text of one line.</param>
    /// <param name="width">The columns.</param>
    public static string Pad(string text, int width)
    {
        var result = new StringBuilder();
        int used = 0;
        bool cut = Of(text) > width;
        foreach (Rune rune in text.EnumerateRunes())
        {
            Rune shown = Rune.IsControl(rune) ? new Rune(' ') : rune;
            if (used + Of(shown) > (cut ? width - 1 : width))
            {
                break;
            }

            result.Append(shown);
            used += Of(shown);
        }

        if (cut)
        {
            result.Append('~');
            used++;
        }

        return result.Append(' ', width - used).ToString();
    }

    /// <summary>The columns that a character takes: 0, 1 or 2.</summary>
    /// <param name="rune">A character.</param>
    public static int Of(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format => 0,
        _ => IsWide(rune.Value) ? 2 : 1,
    };

    private static bool IsWide(int code) => code is
        (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0x303E) or (>= 0x3041 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF)
        or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6) or (>= 0x1F300 and <= 0x1FAFF) or (>= 0x20000 and <= 0x3FFFD);
}
