using System.Text.Json.Nodes;
using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Backbones.Tests;

public sealed class CheckpointTests : IDisposable
{
    private static readonly BertConfig Small = new() { VocabularySize = 8, HiddenSize = 6, Layers = 1, Heads = 2, IntermediateSize = 10, MaxPositions = 12 };

    private readonly string _folder = Directory.CreateTempSubdirectory("tailor-checkpoint").FullName;

    public CheckpointTests() => Libtorch.Load(1);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_saved_model_loads_with_the_same_numbers()
    {
        using TextBackbone made = Save(name => name);
        using TextBackbone loaded = TextBackbone.Load(_folder, 99);
        Assert.Empty(loaded.Report.Missing);
        Assert.Empty(loaded.Report.Unused);
        AssertSame(made, loaded);
    }

    [Theory]
    [InlineData("bert.", "")]
    [InlineData("LayerNorm.weight", "LayerNorm.gamma")]
    [InlineData("LayerNorm.bias", "LayerNorm.beta")]
    public void Other_spellings_of_the_names_are_read(string ours, string theirs)
    {
        using TextBackbone made = Save(name => name.Replace(ours, theirs, StringComparison.Ordinal));
        using TextBackbone loaded = TextBackbone.Load(_folder, 99);
        Assert.Empty(loaded.Report.Missing);
        AssertSame(made, loaded);
    }

    [Fact]
    public void What_is_missing_and_what_is_left_over_is_reported_by_name()
    {
        Save(name => name == "bert.encoder.layer.0.attention.self.key.bias" ? "bert.encoder.layer.7.surprise" : name).Dispose();
        using TextBackbone loaded = TextBackbone.Load(_folder, 99);
        Assert.Equal(["bert.encoder.layer.0.attention.self.key.bias"], loaded.Report.Missing);
        Assert.Equal(["bert.encoder.layer.7.surprise"], loaded.Report.Unused);
        Assert.Equal(2, loaded.Report.Remarks().Count());
    }

    [Fact]
    public void A_wrong_shape_names_tensor_found_and_expected()
    {
        Save(name => name).Dispose();
        ChangeConfig(json => json["intermediate_size"] = 11);
        InputException fault = Assert.Throws<InputException>(() => TextBackbone.Load(_folder, 99));
        Assert.Contains("bert.encoder.layer.0.intermediate.dense.weight", fault.Message, StringComparison.Ordinal);
        Assert.Contains("[10, 6]", fault.Message, StringComparison.Ordinal);
        Assert.Contains("[11, 6]", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hidden_size", null, "missing")]
    [InlineData("hidden_size", "\"six\"", "\"six\"")]
    [InlineData("num_attention_heads", "4", "no multiple")]
    [InlineData("num_hidden_layers", "0", "0")]
    [InlineData("hidden_act", "\"swish\"", "swish")]
    [InlineData("model_type", "\"roberta\"", "roberta")]
    [InlineData("vocab_size", "99999999999", "99999999999")]
    [InlineData("hidden_dropout_prob", "1.5", "1.5")]
    public void A_config_that_cannot_be_is_refused_by_key(string key, string? value, string found)
    {
        Save(name => name).Dispose();
        ChangeConfig(json =>
        {
            json.Remove(key);
            if (value is not null)
            {
                json[key] = JsonNode.Parse(value);
            }
        });
        InputException fault = Assert.Throws<InputException>(() => BertConfig.Read(_folder));
        Assert.Contains(Path.Combine(_folder, "config.json"), fault.Message, StringComparison.Ordinal);
        Assert.Contains(key is "num_attention_heads" ? "hidden_size" : key, fault.Message, StringComparison.Ordinal);
        Assert.Contains(found, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_of_the_config_that_are_not_ours_survive_saving()
    {
        JsonObject json = Small.ToJson("BertForMaskedLM");
        json["gradient_checkpointing"] = false;
        BertConfig read = BertConfig.From(json, "config.json");
        Assert.False(read.ToJson("BertModel")["gradient_checkpointing"]!.GetValue<bool>());
        Assert.Equal("BertModel", read.ToJson("BertModel")["architectures"]![0]!.GetValue<string>());
    }

    private static void AssertSame(TextBackbone made, TextBackbone loaded)
    {
        foreach ((Parameter expected, Parameter actual) in made.Parameters.Zip(loaded.Parameters))
        {
            Assert.Equal(expected.Name, actual.Name);
            Assert.True(expected.Value.bytes.SequenceEqual(actual.Value.bytes), expected.Name);
        }
    }

    private TextBackbone Save(Func<string, string> rename)
    {
        WordPieceTokenizer tokenizer = WordPieceTokenizer.FromVocabulary(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "c"], new BertNormalizerOptions());
        TextBackbone backbone = TextBackbone.Create(Small, tokenizer, 3);
        using DisposeScope scope = NewDisposeScope();
        ModelDirectory.Save(_folder, Small.ToJson("BertForMaskedLM"), tokenizer, ModelDirectory.Weights(backbone.Parameters).Select(w => new KeyValuePair<string, Tensor>(rename(w.Key), w.Value)));
        return backbone;
    }

    private void ChangeConfig(Action<JsonObject> change)
    {
        string path = Path.Combine(_folder, "config.json");
        JsonObject json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(json);
        File.WriteAllText(path, json.ToJsonString());
    }
}
