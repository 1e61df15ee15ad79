using System.Globalization;
using System.Text;

namespace Tailor.Data;

/// <summary>
/// A text as pieces that can be moved and left out: words between blanks and, in scripts that write no blanks between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese), single characters. A piece keeps the blanks that stood
/// before it apart, so that untouched pieces make the text again.
/// </summary>
/// <param name="Blanks">What stands before each piece.</param>
/// <param name="Words">The pieces.</param>
/// <param name="End">What stands after the last.</param>
internal sealed record TextPieces(IReadOnlyList<string> Blanks, IReadOnlyList<string> Words, string End)
{
    /// <summary>The first and the last code point of the scripts without blanks.</summary>
    private static readonly (int First, int Last)[] Spaceless =
    [
        (0x0E00, 0x0EFF), // Thai, Lao
        (0x1000, 0x109F), // Burmese
        (0x1780, 0x17FF), // Khmer
        (0x2E80, 0x9FFF), // radicals, kana, Han
        (0xF900, 0xFAFF), // compatibility Han
        (0x20000, 0x3FFFF), // further Han
    ];

    /// <summary>Takes a text apart.</summary>
    /// <param name="text">The text.</param>
    public static TextPieces Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<string> blanks = [], words = [];
        StringBuilder blank = new(), word = new();
        void Close()
        {
            if (word.Length > 0)
            {
                blanks.Add(blank.ToString());
                words.Add(word.ToString());
                blank.Clear();
                word.Clear();
            }
        }

        TextElementEnumerator elements = StringInfo.GetTextElementEnumerator(text);
        while (elements.MoveNext())
        {
            string element = elements.GetTextElement();
            if (string.IsNullOrWhiteSpace(element))
            {
                Close();
                blank.Append(element);
            }
            else if (IsSpaceless(element))
            {
                Close();
                word.Append(element);
                Close();
            }
            else
            {
                word.Append(element);
            }
        }

        Close();
        return new TextPieces(blanks, words, blank.ToString());
    }

    /// <summary>The text again.</summary>
    public override string ToString() => string.Concat(Blanks.Zip(Words, string.Concat)) + End;

    private static bool IsSpaceless(string element)
    {
        Rune.DecodeFromUtf16(element, out Rune rune, out _);
        return Array.Exists(Spaceless, range => rune.Value >= range.First && rune.Value <= range.Last);
    }
}
