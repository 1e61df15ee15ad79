using Tailor.Foundation;

namespace Tailor.Backbones.Tests;

public class WordPieceTrainerTests
{
    private static readonly BertNormalizerOptions Cased = new() { Lowercase = false };
    private static readonly string[] Lines = ["low lower lowest", "new newer newest", "wide wider widest, \u00FCber \u4E2D\u6587 \U0001F600x"];

    [Fact]
    public void Special_tokens_come_first_then_characters_continuations_and_merges()
    {
        IReadOnlyList<string> vocabulary = Train(["aab aab ab", "caab"], 100, Cased);
        Assert.Equal(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "c", "##a", "##b", "##ab", "aab"], vocabulary);
    }

    [Fact]
    public void The_same_text_gives_the_same_vocabulary_in_any_order()
    {
        IReadOnlyList<string> vocabulary = Train(Lines, 40, Cased, 0);
        Assert.Equal(vocabulary, Train(Lines.Reverse(), 40, Cased, 0));
        Assert.Equal(40, vocabulary.Count);
        Assert.Equal(40, vocabulary.Distinct().Count());
    }

    [Fact]
    public void Every_text_it_learned_from_is_covered()
    {
        foreach (int size in new[] { 40, 60, 200 })
        {
            var tokenizer = WordPieceTokenizer.FromVocabulary(Train(Lines, size, Cased), Cased);
            foreach (string line in Lines)
            {
                Assert.DoesNotContain(tokenizer.UnkId!.Value, tokenizer.Encode(line).Ids);
            }
        }
    }

    [Fact]
    public void The_normaliser_decides_what_is_learned()
    {
        IReadOnlyList<string> vocabulary = Train(["\u00DCber UBER \u4E2D\u6587"], 100, new BertNormalizerOptions());
        Assert.Contains("uber", vocabulary);
        Assert.DoesNotContain("U", vocabulary);
        Assert.DoesNotContain("##\u6587", vocabulary);
    }

    [Fact]
    public void Endless_words_give_their_characters_and_no_merges()
    {
        IReadOnlyList<string> vocabulary = Train([new string('x', 100_000) + " ab ab"], 100, Cased);
        Assert.Equal(["a", "b", "x", "##b", "##x", "ab"], vocabulary.Skip(5));
    }

    [Fact]
    public void Impossible_wishes_are_refused()
    {
        Assert.Contains("vocabulary size: found 8", Assert.Throws<InputException>(() => Train(Lines, 8, Cased)).Message, StringComparison.Ordinal);
        Assert.Contains("no word", Assert.Throws<InputException>(() => Train(["", " \t"], 8, Cased)).Message, StringComparison.Ordinal);
        Assert.Throws<OperationCanceledException>(() => WordPieceTrainer.Train(Lines, 60, Cased, 2, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Merges_are_those_of_the_reference()
    {
        // The golden tokenizer was trained on the first 1,500 stories. The reference leaves the order of the continuations to chance, and ties follow it.
        string corpus = TokenizerGoldens.Needed("data", "corpus-en", "reuters-stories.txt");
        WordPieceTokenizer golden = TokenizerGoldens.Tokenizer("wordpiece-cased");
        string[] expected = [.. Enumerable.Range(0, golden.VocabularySize).Select(golden.TokenOf)];
        string[] lines = [.. File.ReadLines(corpus).Take(1500)];
        string[] own = [.. Train(lines, expected.Length, Cased, 0)];
        int initial = own.TakeWhile(t => t.Length == 1 || t is ['#', '#', _] or ['[', ..]).Count();
        Assert.Equal(own.Take(initial).Order(StringComparer.Ordinal), expected.Take(initial).Order(StringComparer.Ordinal));
        Assert.Equal(expected, PieceMerger.Merge(WordPieceTrainer.CountWords(lines, Cased, TestContext.Current.CancellationToken), expected[..initial], "##", expected.Length, 0, TestContext.Current.CancellationToken));
        Assert.InRange(own.Intersect(expected).Count(), expected.Length * 0.99, expected.Length);
    }

    private static IReadOnlyList<string> Train(IEnumerable<string> lines, int vocabularySize, BertNormalizerOptions normalizer, int minFrequency = 2) =>
        WordPieceTrainer.Train(lines, vocabularySize, normalizer, minFrequency, TestContext.Current.CancellationToken);
}
