namespace Tailor.Backbones.Tests;

public class TokenizerGoldenTests
{
    public static TheoryData<string> Names => ["wordpiece-cased", "bert-base-uncased", "bert-base-chinese", "minilm-l6"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gives_the_reference_ids_types_and_offsets(string name)
    {
        WordPieceTokenizer tokenizer = TokenizerGoldens.Tokenizer(name);
        int cases = 0;
        foreach (TokenizerGoldens.Case golden in TokenizerGoldens.Cases(name))
        {
            TokenizedText actual = tokenizer.Encode(golden.Text, golden.Pair, golden.Options);
            string what = $"{name}: '{golden.Text}' / '{golden.Pair}' cut at {golden.MaxLength}";
            Assert.True(golden.Ids.SequenceEqual(actual.Ids), $"{what}: ids {string.Join(' ', actual.Ids)}, expected {string.Join(' ', golden.Ids)}");
            Assert.True(golden.TypeIds.SequenceEqual(actual.TypeIds), what);
            Assert.True(golden.Offsets.SequenceEqual(actual.Offsets), $"{what}: offsets {string.Join(' ', actual.Offsets)}, expected {string.Join(' ', golden.Offsets)}");
            Assert.True(golden.Special.SequenceEqual(actual.Special), what);
            Assert.Equal(golden.Tokens, actual.Ids.Select(tokenizer.TokenOf));
            cases++;
        }

        Assert.NotEqual(0, cases);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Gives_the_same_ids_without_offsets(string name)
    {
        WordPieceTokenizer tokenizer = TokenizerGoldens.Tokenizer(name);
        foreach (TokenizerGoldens.Case golden in TokenizerGoldens.Cases(name))
        {
            var ids = new List<int> { -7 };
            tokenizer.AppendIds(golden.Text, ids);
            Assert.Equal([-7, .. tokenizer.Encode(golden.Text, null, new EncodeOptions { AddSpecialTokens = false }).Ids], ids);
            foreach (int limit in new[] { golden.MaxLength ?? 100_000, 3, 8 })
            {
                TokenizedText whole = tokenizer.Encode(golden.Text, golden.Pair, new EncodeOptions { MaxLength = limit });
                Assert.Equal(whole.Ids, tokenizer.EncodeIds(golden.Text, golden.Pair, limit, out int firstLength));
                Assert.Equal(whole.TypeIds.Count(t => t == 0), firstLength);
            }
        }
    }

    [Fact]
    public void A_vocabulary_file_gives_what_the_tokenizer_json_beside_it_gives()
    {
        string vocabulary = TokenizerGoldens.Needed("models", "minilm-l6", "vocab.txt");
        WordPieceTokenizer fromText = WordPieceTokenizer.FromVocabularyFile(vocabulary, new BertNormalizerOptions());
        foreach (TokenizerGoldens.Case golden in TokenizerGoldens.Cases("minilm-l6"))
        {
            Assert.Equal(golden.Ids, fromText.Encode(golden.Text, golden.Pair, golden.Options).Ids);
        }
    }
}
