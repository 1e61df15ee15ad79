using System.Text;

namespace Tailor.Baselines;

/// <summary>One to three neighbouring code points, packed into a key of 21 bits each. As with scikit-learn's <c>analyzer="char"</c>, two or more white-space characters in a row are one blank.</summary>
internal sealed class CharacterKeys : TermKeys
{
    private const int Longest = 3, Bits = 21;

    public override void Read(string text, bool learn, List<ulong> keys)
    {
        string lower = PythonLowerCase.Of(text);
        ulong window = 0;
        int length = 0;
        for (int i = 0; i < lower.Length;)
        {
            Rune.DecodeFromUtf16(lower.AsSpan(i), out Rune rune, out int width);
            int space = i;
            while (space < lower.Length && IsPythonSpace(lower[space]))
            {
                space++;
            }

            bool run = space - i > 1;
            i = run ? space : i + width;

            // Plus one, so that no character is like none.
            window = ((window << Bits) | (uint)((run ? ' ' : rune.Value) + 1)) & Last(Longest);
            length = Math.Min(length + 1, Longest);
            for (int n = 1; n <= length; n++)
            {
                keys.Add(window & Last(n));
            }
        }
    }

    private static ulong Last(int characters) => (1UL << (characters * Bits)) - 1;

    /// <summary>Python's white space has the four separators of ASCII (U+001C to U+001F) besides .NET's.</summary>
    private static bool IsPythonSpace(char c) => char.IsWhiteSpace(c) || c is >= '\u001c' and <= '\u001f';
}
