using Tailor.Foundation;

namespace Tailor.Backbones.Tests;

public class TokenizerTests
{
    private static readonly string[] Vocabulary =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "ab", "##a", "##b", "##ba", "i", "##\u0307", "\u4E2D", ".", "\U0001F600", "##\U0001F600", "ss", "\u1100", "##\u1161"];

    private static readonly WordPieceTokenizer Cased = WordPieceTokenizer.FromVocabulary(Vocabulary, new BertNormalizerOptions { Lowercase = false });
    private static readonly WordPieceTokenizer Uncased = WordPieceTokenizer.FromVocabulary(Vocabulary, new BertNormalizerOptions());

    [Theory]
    [InlineData("abba", "ab ##ba")]
    [InlineData("abbaB", "[UNK]")]
    [InlineData("a.b", "a . b")]
    [InlineData("aa\u4E2Dab", "a ##a \u4E2D ab")]
    [InlineData("a\U0001F600", "a ##\U0001F600")]
    [InlineData("a\uD83D b", "a b")]
    [InlineData("a\uE001", "[UNK]")]
    [InlineData("a\uE000b", "ab")]
    public void Cuts_words_into_the_longest_pieces(string text, string tokens) => Assert.Equal(tokens, Tokens(Cased, text));

    [Theory]
    [InlineData("\u00C1B\u0301", "ab")]
    [InlineData("\u0130", "i")]
    [InlineData("\uAC00", "\u1100 ##\u1161")]
    [InlineData("\u0000a\u00ADb\uFFFD", "ab")]
    [InlineData("a\u00A0b\u2028a", "a b a")]
    public void Normalises_before_it_cuts(string text, string tokens) => Assert.Equal(tokens, Tokens(Uncased, text));

    [Fact]
    public void A_dotted_capital_i_keeps_its_dot_when_accents_stay()
    {
        var keeping = WordPieceTokenizer.FromVocabulary(Vocabulary, new BertNormalizerOptions { StripAccents = false });
        Assert.Equal("i ##\u0307", Tokens(keeping, "\u0130"));
        Assert.Equal([(0, 0), (0, 1), (0, 1), (0, 0)], keeping.Encode("\u0130").Offsets);
    }

    [Fact]
    public void Words_of_more_than_100_code_points_are_unknown()
    {
        Assert.DoesNotContain(Cased.UnkId!.Value, Cased.Encode(new string('a', 100)).Ids);
        Assert.Equal([2, 1, 3], Cased.Encode(new string('a', 101)).Ids);
        string faces = string.Concat(Enumerable.Repeat("\U0001F600", 100));
        Assert.Equal(102, Cased.Encode(faces).Ids.Length);
        Assert.Equal((99, 100), Cased.Encode(faces).Offsets[100]);
        Assert.Equal([2, 1, 3], Cased.Encode(faces + "a").Ids);
    }

    [Theory]
    [InlineData(0, 0, 7, 0, 0)]
    [InlineData(0, 8, 7, 0, 7)]
    [InlineData(2, 2, 7, 2, 2)]
    [InlineData(2, 4, 7, 2, 4)]
    [InlineData(2, 8, 7, 2, 5)]
    [InlineData(4, 2, 7, 4, 2)]
    [InlineData(4, 4, 7, 3, 4)]
    [InlineData(4, 8, 7, 3, 4)]
    [InlineData(8, 0, 7, 7, 0)]
    [InlineData(8, 2, 7, 5, 2)]
    [InlineData(8, 4, 7, 4, 3)]
    [InlineData(8, 8, 7, 3, 4)]
    [InlineData(9, 8, 7, 4, 3)]
    [InlineData(8, 8, 0, 0, 0)]
    public void The_longer_text_is_cut_first(int first, int second, int room, int keepFirst, int keepSecond)
    {
        string a = string.Join(' ', Enumerable.Repeat("a", first));
        string b = string.Join(' ', Enumerable.Repeat("b", second));
        int[] ids = Cased.EncodeIds(a, b, room + 3, out int firstLength);
        Assert.Equal([2, .. Enumerable.Repeat(5, keepFirst), 3, .. Enumerable.Repeat(6, keepSecond), 3], ids);
        Assert.Equal(keepFirst + 2, firstLength);
        Assert.Equal(ids, Cased.Encode(a, b, new EncodeOptions { MaxLength = room + 3 }).Ids);
    }

    [Fact]
    public void A_limit_below_the_special_tokens_is_refused()
    {
        Assert.Equal([2, 3], Cased.EncodeIds("a", null, 2, out _));
        Assert.Contains("maximum length: found 2", Assert.Throws<InputException>(() => Cased.EncodeIds("a", "b", 2, out _)).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => Cased.Encode("a", null, new EncodeOptions { MaxLength = 1 }));
        Assert.Throws<InputException>(() => Cased.Encode("a", null, new EncodeOptions { MaxLength = 0, AddSpecialTokens = false }));
    }

    [Fact]
    public void Knows_its_special_tokens()
    {
        Assert.Equal((0, 1, 2, 3, 4), (Cased.PadId!.Value, Cased.UnkId!.Value, Cased.ClsId!.Value, Cased.SepId!.Value, Cased.MaskId!.Value));
        Assert.Equal(Vocabulary.Length, Cased.VocabularySize);
        Assert.Equal("##ba", Cased.TokenOf(Cased.IdOf("##ba")!.Value));
        Assert.Null(Cased.IdOf("zz"));
        Assert.Throws<ArgumentOutOfRangeException>(() => Cased.TokenOf(Vocabulary.Length));
        Assert.Throws<ArgumentOutOfRangeException>(() => Cased.TokenOf(-1));
        Assert.Null(WordPieceTokenizer.FromVocabulary(["[UNK]", "[CLS]", "[SEP]"], new BertNormalizerOptions()).MaskId);
    }

    [Fact]
    public void Decompositions_are_complete_and_full()
    {
        // Unicode 14 has 2,061 canonical decompositions besides Hangul's.
        Assert.Equal(2061, CanonicalDecomposition.Count);
        Assert.Equal("o\u0302\u0309", CanonicalDecomposition.Of(0x1ED5));
        Assert.Equal("\u1112\u1175\u11C2", CanonicalDecomposition.Of(0xD7A3));
        for (int c = 0; c <= 0x2FFFF; c++)
        {
            if (c is < 0xD800 or > 0xDFFF)
            {
                string decomposed = CanonicalDecomposition.Of(c);
                Assert.Equal(decomposed, string.Concat(decomposed.EnumerateRunes().Select(r => CanonicalDecomposition.Of(r.Value))));
            }
        }
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Every_character_becomes_the_same_in_any_surroundings(bool clean, bool lowercase)
    {
        var normalizer = new BertNormalizer(new BertNormalizerOptions { CleanText = clean, Lowercase = lowercase });
        for (int c = 0; c <= 0x10FFFF; c += c < 0x3400 ? 1 : 19)
        {
            if (c is < 0xD800 or > 0xDFFF)
            {
                string text = char.ConvertFromUtf32(c);
                string alone = normalizer.Normalize(text);
                Assert.Equal($"x{alone}y{alone}", normalizer.Normalize($"x{text}y{text}"));
            }
        }
    }

    private static string Tokens(WordPieceTokenizer tokenizer, string text)
    {
        var ids = new List<int>();
        tokenizer.AppendIds(text, ids);
        return string.Join(' ', ids.Select(tokenizer.TokenOf));
    }
}
