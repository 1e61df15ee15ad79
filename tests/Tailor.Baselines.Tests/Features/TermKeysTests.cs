namespace Tailor.Baselines.Tests;

public class TermKeysTests
{
    /// <summary>The answers are those of Python 3.11: <c>re.findall(r"(?u)\b\w\w+\b", text.lower())</c>, counted with the pairs of neighbours.</summary>
    [Theory]
    [InlineData("don't stop_me 2day, x 1²", 7)]
    [InlineData("cafe\u0301s cre\u0300me", 5)]
    [InlineData("नमस्ते", 1)]
    [InlineData("İstanbul", 1)]
    [InlineData("a\ud800b \ud835\udfce\ud835\udfcf", 1)]
    [InlineData("病症治疗 ok", 3)]
    public void Words_are_those_of_Python(string text, int terms)
    {
        List<ulong> keys = [];
        new WordKeys().Read(text, learn: true, keys);
        Assert.Equal(terms, keys.Count);
    }

    [Fact]
    public void Equal_terms_have_equal_keys_and_others_other_keys()
    {
        var words = new WordKeys();
        List<ulong> keys = [];
        words.Read("to be or not TO BE", learn: true, keys);

        // to, be, or, not, and the pairs to be, be or, or not, not to; to, be and "to be" come twice.
        Assert.Equal((11, 8), (keys.Count, keys.Distinct().Count()));
    }

    [Theory]
    [InlineData("İI", "i\u0307i")]
    [InlineData("ΟΔΟΣ", "οδος")]
    [InlineData("ΟΔΟΣ.", "οδος.")]
    [InlineData("Σ ΣΑ", "σ σα")]
    [InlineData("ΑΣ\u0301", "ας\u0301")]
    [InlineData("ΑΣ.Β", "ασ.β")]
    [InlineData("Α.Σ", "α.ς")]
    [InlineData("ⅧΣ", "ⅷς")]
    [InlineData("ÉCOLE ẞ Ǆ 𐐀", "école ß ǆ 𐐨")]
    public void Lower_case_is_that_of_Python(string text, string expected) => Assert.Equal(expected, PythonLowerCase.Of(text));

    [Theory]
    [InlineData("the quick brown fox", TermUnit.Words)]
    [InlineData("慢性肠胃炎，反复发作 (CT)", TermUnit.Characters)]
    [InlineData("สวัสดีครับ", TermUnit.Characters)]
    [InlineData("カタカナとひらがな", TermUnit.Characters)]
    [InlineData("안녕하세요 세계", TermUnit.Words)]
    [InlineData("病 was the only word of another script", TermUnit.Words)]
    [InlineData("12 345 !", TermUnit.Words)]
    public void Scripts_without_spaces_are_read_by_characters(string text, TermUnit expected)
    {
        (TermUnit unit, string why) = TermUnitChoice.Of([text]);
        Assert.Equal(expected, unit);
        Assert.Contains(expected == TermUnit.Words ? "words" : "characters", why, StringComparison.Ordinal);
    }
}
