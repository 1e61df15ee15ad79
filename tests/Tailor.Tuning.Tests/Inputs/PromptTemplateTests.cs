using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;

namespace Tailor.Tuning.Tests;

public sealed class PromptTemplateTests
{
    private static readonly WordPieceTokenizer Tokenizer = WordPieceTokenizer.FromVocabulary(
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "this", "is", "news", ".", "a", "b", "c", "d"], new BertNormalizerOptions { Lowercase = true });

    [Fact]
    public void The_short_form_gets_the_special_tokens() => Assert.Equal(
        [TemplatePart.Cls, TemplatePart.TextA, TemplatePart.Literal, TemplatePart.Mask, TemplatePart.Literal, TemplatePart.Sep],
        PromptTemplate.Parse("{text} This is {mask}.").Pieces.Select(p => p.Part));

    [Fact]
    public void Text_after_the_last_placeholder_and_doubled_braces_are_kept() =>
        Assert.Equal([" {is} ", " news ."], PromptTemplate.Parse("{cls}{text_a} {{is}} {mask} news .").Pieces.Where(p => p.Part == TemplatePart.Literal).Select(p => p.Text));

    [Theory]
    [InlineData("{text} {mask} {msk}", "unknown placeholder {msk}; the placeholders are {cls} {sep} {mask} {text} {text_a} {text_b} {p0} to {p999}")]
    [InlineData("{text} {mask} {mask}", "2 times {mask}; once is the most")]
    [InlineData("{text} {text_a} {mask}", "2 times {text_a}; once is the most")]
    [InlineData("This is {mask}", "no {text_a}; ")]
    [InlineData("{text} {mask", "a '{' that is not closed; ")]
    [InlineData("{text} } {mask}", "a '}' that closes nothing; ")]
    public void A_faulty_template_is_refused_with_the_reason(string template, string expected) =>
        Assert.StartsWith(expected, Assert.Throws<FormatException>(() => PromptTemplate.Parse(template)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_template_is_filled_and_read_at_its_mask()
    {
        // Glee's template of R52, where the mask stands four tokens before the end.
        TokenSequence sequence = new TemplateEncoder(PromptTemplate.Parse("{cls}{text_a} This is {mask} news . {sep}"), Tokenizer, 20).Encode("a b", "not used");
        Assert.Equal([2, 9, 10, 5, 6, 4, 7, 8, 3], sequence.Ids);
        Assert.Equal((9, 5), (sequence.FirstLength, sequence.ReadAt));
        Assert.Equal(0, new TemplateEncoder(PromptTemplate.Parse("{text} this"), Tokenizer, 20).Encode("a b", null).ReadAt);
    }

    [Fact]
    public void Soft_tokens_join_the_vocabulary_and_learn_an_embedding_of_their_own()
    {
        using var tiny = new TinyModel();
        Recipe recipe = RecipeCatalogue.Load("prompt", ["input.max_length=24", "input.template={p0}{text}{p1}{mask}{p0}", "stages.0.epochs=null", "stages.0.steps=3", "stages.0.lr=1e-3", "stages.0.batch_size=8"]);
        using TextModel model = tiny.Load(recipe), plain = tiny.Load(RecipeCatalogue.Load("prompt", ["input.max_length=24"]));
        int words = plain.Backbone.Tokenizer.VocabularySize;
        TokenSequence sequence = model.Input.Tokenize("apple", null);
        Assert.Equal([2, words, 5, words + 1, 4, words, 3], sequence.Ids);
        Parameter embedding = model.Backbone.Encoder.WordEmbedding;
        byte[] before = embedding.Value.bytes.ToArray();
        Assert.True(before.AsSpan(0, words * 16 * 4).SequenceEqual(plain.Backbone.Encoder.WordEmbedding.Value.bytes), "the words' own embeddings are not what they were");
        new TrainingLoop(TinyModel.Task(model, TinyModel.Examples(24, 3), []), recipe.Stages, RunFolder.Create(Path.Combine(tiny.Folder, "run")), new LoopOptions { Seed = 1 }, progress: null).Run(CancellationToken.None);
        Assert.False(before.AsSpan(words * 16 * 4).SequenceEqual(embedding.Value.bytes[(words * 16 * 4)..]));

        string saved = Path.Combine(tiny.Folder, "saved");
        new TunedModel(recipe, TinyModel.Labels, [1, 1, 1], 0.55, TinyModel.LabelWords).Save(model, saved);
        (_, TextModel loaded) = TunedModel.LoadTexts(saved);
        using (loaded)
        {
            Assert.Equal(words + 2, loaded.Backbone.Config.VocabularySize);
            Assert.Equal(sequence.Ids, loaded.Input.Tokenize("apple", null).Ids);
            Assert.All(model.Probabilities(new TextSet([sequence])).Zip(loaded.Probabilities(new TextSet([sequence]))), x => Assert.Equal(x.First, x.Second, 1e-6f));
        }
    }

    [Fact]
    public void Only_the_texts_are_cut_the_longer_first_and_the_second_of_equals()
    {
        PromptTemplate template = PromptTemplate.Parse("{cls}{text_a} this {mask} {text_b}{sep}");
        for (int room = 2; room < 12; room++)
        {
            var encoder = new TemplateEncoder(template, Tokenizer, room + 4);
            for (int a = 0; a < 9; a++)
            {
                for (int b = 0; b < 9; b++)
                {
                    TokenSequence sequence = encoder.Encode(string.Join(' ', Enumerable.Repeat("a", a)), string.Join(' ', Enumerable.Repeat("b", b)));
                    (int keepA, int keepB) = (a, b);
                    while (keepA + keepB > room)
                    {
                        (keepA, keepB) = keepA > keepB ? (keepA - 1, keepB) : (keepA, keepB - 1);
                    }

                    Assert.Equal([2, .. Enumerable.Repeat(9, keepA), 5, 4, .. Enumerable.Repeat(10, keepB), 3], sequence.Ids);
                    Assert.Equal(keepA + 2, sequence.ReadAt);
                }
            }
        }
    }

    [Fact]
    public void What_a_template_cannot_do_is_said()
    {
        Assert.Contains("leaves no room", Assert.Throws<InputException>(() => new TemplateEncoder(PromptTemplate.Parse("{text} this is {mask}"), Tokenizer, 5)).Message, StringComparison.Ordinal);
        Assert.Contains("--pair-column", Assert.Throws<InputException>(() => new TemplateEncoder(PromptTemplate.Parse("{text} {mask} {text_b}"), Tokenizer, 9).Encode("a", null)).Message, StringComparison.Ordinal);
    }
}
