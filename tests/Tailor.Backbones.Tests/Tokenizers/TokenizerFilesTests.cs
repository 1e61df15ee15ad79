using Tailor.Foundation;

namespace Tailor.Backbones.Tests;

public sealed class TokenizerFilesTests : IDisposable
{
    private const string Model = """{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{"[UNK]":0,"[CLS]":1,"[SEP]":2,"a":3}}""";
    private const string Normalizer = """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true}""";
    private readonly string _directory = Directory.CreateTempSubdirectory("tokenizer").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void What_is_saved_reads_back_the_same_from_either_file()
    {
        WordPieceTokenizer golden = TokenizerGoldens.Tokenizer("wordpiece-cased");
        golden.Save(_directory);
        var fromJson = (WordPieceTokenizer)Tokenizer.Load(_directory);
        File.Delete(Path.Combine(_directory, "tokenizer.json"));
        var fromText = (WordPieceTokenizer)Tokenizer.Load(_directory);
        Assert.Equal(golden.Normalizer, fromJson.Normalizer);
        Assert.Equal(golden.Normalizer, fromText.Normalizer);
        foreach (TokenizerGoldens.Case c in TokenizerGoldens.Cases("wordpiece-cased"))
        {
            Assert.Equal(c.Ids, fromJson.Encode(c.Text, c.Pair, c.Options).Ids);
            Assert.Equal(c.Ids, fromText.Encode(c.Text, c.Pair, c.Options).Ids);
        }
    }

    [Fact]
    public void Names_and_flags_come_from_the_configuration()
    {
        Write("vocab.txt", "\uFEFF<pad>\r\n<unk>\r\n<s>\r\n</s>\r\n\u00C1\r\n\r\n");
        Write("special_tokens_map.json", """{"unk_token":"<unk>","cls_token":{"content":"<s>","special":true},"sep_token":"</s>"}""");
        Write("tokenizer_config.json", """{"do_lower_case":false,"strip_accents":false,"tokenize_chinese_chars":false,"pad_token":"<pad>","mask_token":null}""");
        var tokenizer = (WordPieceTokenizer)Tokenizer.Load(_directory);
        Assert.Equal([2, 4, 3, 3], tokenizer.Encode("\u00C1</s>").Ids);
        Assert.Equal((0, null), (tokenizer.PadId, tokenizer.MaskId));
        Assert.Equal(new BertNormalizerOptions { Lowercase = false, StripAccents = false, HandleChineseChars = false }, tokenizer.Normalizer);
    }

    [Fact]
    public void Padding_and_truncation_of_the_file_are_not_followed()
    {
        Write("tokenizer.json", Json(first: """ "truncation":{"max_length":3,"strategy":"LongestFirst","stride":0},"padding":{"strategy":{"Fixed":9},"pad_id":0},"""));
        Assert.Equal([1, 3, 3, 3, 3, 3, 2], Tokenizer.Load(_directory).Encode("a a a a a").Ids);
    }

    [Fact]
    public void Added_tokens_may_follow_the_vocabulary_and_are_kept()
    {
        Write("tokenizer.json", Json(first: """ "added_tokens":[{"id":4,"content":"New","normalized":true},{"id":2,"content":"[SEP]","special":true}],"""));
        Tokenizer read = Tokenizer.Load(_directory);
        Assert.Equal(5, read.VocabularySize);
        Assert.Equal([1, 3, 4, 2, 3, 2], read.Encode("a nEw[SEP]a").Ids);
        string saved = Path.Combine(_directory, "saved");
        read.Save(saved);
        Assert.Equal([1, 3, 4, 2, 3, 2], Tokenizer.Load(saved).Encode("a nEw[SEP]a").Ids);
        Assert.Equal(["special_tokens_map.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt"], Directory.GetFiles(saved).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Without_a_post_processor_no_special_tokens_are_added()
    {
        Write("tokenizer.json", $$"""{"normalizer":{{Normalizer}},"pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":null,"model":{{Model}}}""");
        TokenizedText tokens = Tokenizer.Load(_directory).Encode("a", "b");
        Assert.Equal([3, 0], tokens.Ids);
        Assert.Equal([0, 1], tokens.TypeIds);
    }

    [Theory]
    [InlineData("[PAD]\n[CLS]\n[SEP]\n", "lacks [UNK]")]
    [InlineData("[UNK]\n[CLS]\n[SEP]\na\na\n", "vocab.txt:5: token 'a' has the ids 3 and 4")]
    [InlineData("[UNK]\n\n[CLS]\n[SEP]\n", "vocab.txt:2: the line is empty")]
    [InlineData("", "the file is empty")]
    public void A_faulty_vocabulary_is_refused(string content, string message)
    {
        Write("vocab.txt", content);
        AssertRefused(message);
    }

    [Fact]
    public void Bytes_that_are_not_text_are_refused()
    {
        File.WriteAllBytes(Path.Combine(_directory, "vocab.txt"), [(byte)'a', 10, 0xC3, 0x28]);
        AssertRefused("offset 2 is not valid UTF-8");
        File.WriteAllBytes(Path.Combine(_directory, "tokenizer.json"), [.. "{\"model\":{\"type\":\""u8, 0xC3, 0x28, .. "\"}}"u8]);
        AssertRefused("not valid");
    }

    [Fact]
    public void A_directory_without_a_tokenizer_is_refused()
    {
        AssertRefused("neither tokenizer.json nor vocab.txt");
        Assert.Contains("no such directory", Assert.Throws<InputException>(() => Tokenizer.Load(Path.Combine(_directory, "none"))).Message, StringComparison.Ordinal);
        Assert.Contains("no such file", Assert.Throws<InputException>(() => WordPieceTokenizer.FromTokenizerJson(Path.Combine(_directory, "none"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "not valid JSON")]
    [InlineData("{\"model\":\n!", "tokenizer.json:2: the file is not valid JSON")]
    [InlineData("[]", "found an array; expected an object")]
    [InlineData("{}", "model: missing")]
    [InlineData("""{"model":{"type":"BPE","vocab":{},"merges":[]}}""", "model.type: found \"BPE\"; supported are")]
    [InlineData("""{"model":{"type":"WordPiece"},"pre_tokenizer":{"type":"ByteLevel"}}""", "pre_tokenizer.type: found \"ByteLevel\"")]
    [InlineData("""{"model":{"type":"WordPiece","vocab":{"a":0,"b":0}},"pre_tokenizer":{"type":"BertPreTokenizer"}}""", "id 0 belongs to both 'a' and 'b'")]
    [InlineData("""{"model":{"type":"WordPiece","vocab":{"a":0,"a":1}},"pre_tokenizer":{"type":"BertPreTokenizer"},"normalizer":{"type":"BertNormalizer"}}""", "tokenizer.json: token 'a' has the ids 0 and 1")]
    [InlineData("""{"model":{"type":"WordPiece","vocab":{"a":0,"b":7}},"pre_tokenizer":{"type":"BertPreTokenizer"}}""", "token 'b' has id 7 in a vocabulary of 2")]
    [InlineData("""{"model":{"type":"WordPiece","vocab":{"a":-1}},"pre_tokenizer":{"type":"BertPreTokenizer"}}""", "model.vocab['a']: found -1; expected a whole number")]
    [InlineData("""{"model":{"type":"WordPiece","vocab":{"a":1e300}},"pre_tokenizer":{"type":"BertPreTokenizer"}}""", "found 1e300")]
    [InlineData("""{"model":{"type":"WordPiece","vocab":["a"]},"pre_tokenizer":{"type":"BertPreTokenizer"}}""", "model.vocab: found an array; expected an object")]
    [InlineData("""{"model":{"type":"WordPiece","vocab":{"a":0}},"pre_tokenizer":{"type":"BertPreTokenizer"},"normalizer":{"type":"NFC"}}""", "normalizer.type: found \"NFC\"")]
    [InlineData("""{"model":{"type":"WordPiece","vocab":{"a":0}},"pre_tokenizer":{"type":"BertPreTokenizer"},"normalizer":{"type":"BertNormalizer","lowercase":1}}""", "normalizer.lowercase: found 1")]
    [InlineData("""{"model":{"type":"WordPiece","vocab":{"a":0}},"pre_tokenizer":{"type":"BertPreTokenizer"},"normalizer":{"type":"BertNormalizer"}}""", "lacks the unknown token [UNK]")]
    [InlineData("""{"model":{"type":"WordPiece","vocab":{"\ud800":0}},"pre_tokenizer":{"type":"BertPreTokenizer"}}""", "not valid Unicode")]
    [InlineData("""{"model":{"type":"WordPiece","vocab":{"a\nb":9},"x":0},"pre_tokenizer":{"type":"BertPreTokenizer"}}""", "token 'a\uFFFDb' has id 9 in a vocabulary of 1")]
    [InlineData("""{"model":{"type":"WordPiece","vocab":{"a\nb":0,"[UNK]":1}},"pre_tokenizer":{"type":"BertPreTokenizer"},"normalizer":{"type":"BertNormalizer"}}""", "broken over lines")]
    [InlineData("""{"model":{"type":"WordPiece","vocab":{"a":0}},"pre_tokenizer":{"type":"BertPreTokenizer"},"added_tokens":[{"id":3,"content":"x"}]}""", "'x' has id 3 where 1 is the next free one")]
    [InlineData("""{"model":{"type":"WordPiece","vocab":{"a":0}},"pre_tokenizer":{"type":"BertPreTokenizer"},"added_tokens":[{"id":0,"content":"x"}]}""", "'x' has the id of 'a', 0")]
    public void A_faulty_tokenizer_json_is_refused(string content, string message)
    {
        Write("tokenizer.json", content);
        AssertRefused(message);
    }

    [Theory]
    [InlineData("""{"type":"RobertaProcessing"}""", "post_processor.type: found \"RobertaProcessing\"")]
    [InlineData("""{"type":"BertProcessing","cls":["[CLS]",1],"sep":["[SEP]",3]}""", "expected the id of [SEP], and 3 is the id of a")]
    [InlineData("""{"type":"BertProcessing","cls":["[CLS]",1],"sep":["[SEP]"]}""", "post_processor.sep: found an array; expected [token, id]")]
    [InlineData("""{"type":"TemplateProcessing","single":[],"pair":[],"special_tokens":{}}""", "post_processor.single")]
    [InlineData("""{"type":"TemplateProcessing","single":[{"Sequence":{"id":"B","type_id":0}}],"pair":[],"special_tokens":{}}""", "found \"B\"; expected A")]
    [InlineData("""{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"[X]","type_id":0}}],"pair":[],"special_tokens":{}}""", "post_processor.special_tokens.[X]: missing")]
    [InlineData("""{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":2}}],"pair":[],"special_tokens":{}}""", "type_id: found 2")]
    public void A_faulty_template_is_refused(string processor, string message)
    {
        Write("tokenizer.json", $$"""{"normalizer":{{Normalizer}},"pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":{{processor}},"model":{{Model}}}""");
        AssertRefused(message);
    }

    private static string Json(string first) =>
        $$"""{{{first}}"normalizer":{{Normalizer}},"pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":{"type":"BertProcessing","sep":["[SEP]",2],"cls":["[CLS]",1]},"model":{{Model}}}""";

    private void Write(string name, string content) => File.WriteAllText(Path.Combine(_directory, name), content);

    private void AssertRefused(string message)
    {
        string actual = Assert.Throws<InputException>(() => Tokenizer.Load(_directory)).Message;
        Assert.Contains(message, actual, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', actual);
    }
}
