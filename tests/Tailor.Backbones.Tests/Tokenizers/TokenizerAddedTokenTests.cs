namespace Tailor.Backbones.Tests;

public class TokenizerAddedTokenTests
{
    [Theory]
    [InlineData("a[MASK]b", "a [MASK] b", "0-1 1-7 7-8")]
    [InlineData("[mask]", "[UNK] [UNK] [UNK]", "0-1 1-5 5-6")]
    [InlineData("[MASK", "[UNK] [UNK]", "0-1 1-5")]
    public void Special_tokens_are_found_in_the_raw_text(string text, string tokens, string offsets) => Check(text, tokens, offsets, new AddedToken(4, "[MASK]") { Special = true });

    [Theory]
    [InlineData("b \u3000[MASK]\t\na", "b [MASK] a", "0-1 1-11 11-12")]
    [InlineData("[MASK] [MASK]", "[MASK] [MASK]", "0-7 7-13")]
    public void Stripping_takes_the_white_space_along(string text, string tokens, string offsets) =>
        Check(text, tokens, offsets, new AddedToken(4, "[MASK]") { StripLeft = true, StripRight = true });

    [Theory]
    [InlineData("[MASK], [MASK]- a[MASK] [MASK]a [MASK]", "[MASK] [UNK] [MASK] [UNK] a [UNK] [UNK] [UNK] [UNK] [UNK] [UNK] a [MASK]")]
    [InlineData("\u25CC\u0330[MASK]", "[UNK] [UNK] [UNK] [UNK]")]
    [InlineData("\U0001D7D8[MASK]", "[UNK] [UNK] [UNK] [UNK]")]
    public void A_single_word_has_no_word_character_beside_it(string text, string tokens) => Check(text, tokens, null, new AddedToken(4, "[MASK]") { SingleWord = true });

    [Theory]
    [InlineData("a CAF\u00C9 b", "a Caf\u00E9 b", "0-1 2-6 7-8")]
    [InlineData("acafe\u0301b", "a Caf\u00E9 b", "0-1 1-5 6-7")]
    [InlineData("\u00ADcaf", "[UNK]", "1-4")]
    public void Normalised_tokens_are_found_in_the_normalised_text(string text, string tokens, string offsets) => Check(text, tokens, offsets, new AddedToken(7, "Caf\u00E9") { Normalized = true });

    [Fact]
    public void The_longest_of_the_leftmost_wins() => Check("abab", "abab", "0-4", new AddedToken(7, "ab"), new AddedToken(8, "abab"), new AddedToken(9, "bab"));

    private static void Check(string text, string tokens, string? offsets, params AddedToken[] added)
    {
        List<string> vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b"];
        int modelTokens = vocabulary.Count;
        vocabulary.AddRange(added.Where(t => t.Id >= modelTokens).Select(t => t.Content));
        var tokenizer = new WordPieceTokenizer(new WordPieceDefinition
        {
            Source = "test",
            Tokens = vocabulary,
            ModelTokens = modelTokens,
            Normalizer = new BertNormalizerOptions(),
            AddedTokens = added,
            Template = SpecialTokenTemplate.None,
        });
        TokenizedText actual = tokenizer.Encode(text);
        Assert.Equal(tokens, string.Join(' ', actual.Ids.Select(tokenizer.TokenOf)));
        if (offsets is not null)
        {
            Assert.Equal(offsets, string.Join(' ', actual.Offsets.Select(o => $"{o.Start}-{o.End}")));
        }

        var ids = new List<int>();
        tokenizer.AppendIds(text, ids);
        Assert.Equal(actual.Ids, ids);
    }
}
