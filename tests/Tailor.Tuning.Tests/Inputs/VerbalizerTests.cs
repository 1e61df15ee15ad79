using Tailor.Backbones;
using Tailor.Foundation;

namespace Tailor.Tuning.Tests;

public sealed class VerbalizerTests : IDisposable
{
    private static readonly string[] Labels = ["money-fx", "oil"];
    private static readonly WordPieceTokenizer Tokenizer = WordPieceTokenizer.FromVocabulary(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "money", "fx", "oil", "fuel"], new BertNormalizerOptions { Lowercase = true });

    private readonly string _file = Path.GetTempFileName();
    private readonly List<string> _remarks = [];

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Class_names_give_their_own_words() => Assert.Equal(["money fx", "oil"], Verbalizer.FromLabels(Labels).Words.Select(Assert.Single));

    [Theory]
    [InlineData("""{ "oil": "fuel", "money-fx": "money fx" }""")]
    [InlineData("oil: [fuel]\nmoney-fx:\n  - money\n  - fx\n")]
    public void The_order_of_the_file_does_not_matter_and_all_tokens_of_a_class_are_its_own(string content)
    {
        Verbalizer verbalizer = Read(content);
        Assert.Equal([[5, 6], [8]], verbalizer.TokenIds(Tokenizer, _remarks.Add));
        Assert.Empty(_remarks);
    }

    [Fact]
    public void Words_for_no_class_and_words_outside_the_vocabulary_are_remarked()
    {
        Read("{ oil: crude oil, money-fx: money, gold: gold }").TokenIds(Tokenizer, _remarks.Add);
        Assert.Equal([$"{_file} has words for 'gold', which is no class of this data", "the label word 'crude oil' is not in the model's vocabulary in whole or in part"], _remarks);
    }

    [Theory]
    [InlineData("oil: oil\n", ": no words for the class 'money-fx'; ")]
    [InlineData("oil: oil\nmoney-fx: money\noil: fuel\n", ":3: a class stands here a second time; ")]
    [InlineData("- oil\n", ": not a map; ")]
    [InlineData("oil: [\n", "not valid JSON or YAML; ")]
    [InlineData("oil: oil\nmoney-fx: []\n", ":2: an entry without a word; ")]
    public void A_faulty_file_is_refused(string content, string expected)
    {
        string message = Assert.Throws<InputException>(() => Read(content)).Message;
        Assert.StartsWith(_file, message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_without_any_token_is_refused() =>
        Assert.StartsWith("the label words 'gold' have no token", Assert.Throws<InputException>(() => Read("oil: gold\nmoney-fx: money").TokenIds(Tokenizer, _remarks.Add)).Message, StringComparison.Ordinal);

    private Verbalizer Read(string content)
    {
        File.WriteAllText(_file, content);
        return Verbalizer.Read(_file, Labels, _remarks.Add);
    }
}
