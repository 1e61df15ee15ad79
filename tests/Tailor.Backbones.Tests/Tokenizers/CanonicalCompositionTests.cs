using System.Text;

namespace Tailor.Backbones.Tests;

public class CanonicalCompositionTests
{
    [Fact]
    public void Decomposed_characters_are_composed_again()
    {
        foreach (string composed in new[] { "é", "Å", "ǖ", "ặ", "ṩ", "ᾧ", "ệ", "가", "각", "힣", "が", "й" })
        {
            string decomposed = string.Concat(composed.EnumerateRunes().Select(rune => CanonicalDecomposition.Of(rune.Value)));
            Assert.NotEqual(composed, decomposed);
            Assert.Equal(composed, Normalized(decomposed));
            Assert.Equal(composed, Normalized(composed));
        }
    }

    [Theory]
    [InlineData("\u212B", "\u00C5")]
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("\uFB1D", "\u05D9\u05B4")]
    [InlineData("\u2ADC", "\u2ADD\u0338")]
    [InlineData("\u0344", "\u0308\u0301")]
    [InlineData("x\u0301", "x\u0301")]
    public void What_has_no_composed_form_stays_decomposed(string text, string expected) => Assert.Equal(expected, Normalized(text));

    [Fact]
    public void Places_cover_all_that_a_character_was_made_of()
    {
        var result = new List<(int CodePoint, int Start, int End)>();
        CanonicalComposition.Normalize("xe\u0301\u212B", 5, result);
        Assert.Equal([('x', 5, 6), (0xE9, 6, 8), (0xC5, 8, 9)], result);
        Assert.Equal("a\uFFFDb", Normalized("a" + '\uD800' + "b"));
    }

    private static string Normalized(string text)
    {
        var result = new List<(int CodePoint, int Start, int End)>();
        CanonicalComposition.Normalize(text, 0, result);
        return string.Concat(result.Select(c => new Rune(c.CodePoint).ToString()));
    }
}
