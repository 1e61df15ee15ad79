using System.Text.Json.Nodes;

namespace Tailor.EndToEnd.Tests;

/// <summary>Damaged model folders given to <c>tailor train</c>: one line that names the file and what is wrong, exit code 2, and no run folder.</summary>
public sealed class BadModelTests(TinyWorld world)
{
    private const string Norm = "bert.embeddings.LayerNorm.weight", Last = "cls.predictions.transform.dense.weight";

    private static readonly Dictionary<string, (Action<string> Damage, string[] Expected)> Cases = new(StringComparer.Ordinal)
    {
        ["truncated weights"] = (model => DamagedWeights.Truncate(Weights(model), 40_000), ["model/model.safetensors", "lie outside", "download or copy it again"]),
        ["a header length of 2^60"] = (model => DamagedWeights.ClaimHeader(Weights(model), 1L << 60), ["model/model.safetensors", "1152921504606846976", "download or copy it again"]),
        ["overlapping tensors"] = (model => DamagedWeights.Edit(Weights(model), Norm, offsets => (offsets.Start - 8, offsets.End - 8)), ["model/model.safetensors", Norm, "overlap"]),
        ["offsets out of range"] = (model => DamagedWeights.Edit(Weights(model), Last, offsets => (offsets.Start, offsets.End + 4096)), ["model/model.safetensors", Last, "lie outside"]),
        ["NaN in the weights"] = (model => DamagedWeights.Spoil(Weights(model), Norm), ["model/model.safetensors", Norm, "NaN"]),
        ["no hidden_size in config.json"] = (model => Config(model, config => config.Remove("hidden_size")), ["model/config.json", "hidden_size", "missing"]),
        ["a config.json of another model"] = (model => Config(model, config => config["intermediate_size"] = 48), ["model/model.safetensors", "intermediate.dense.weight", "[64, 32]", "[48, 32]"]),
        ["a vocabulary smaller than the embedding"] = (model => Vocabulary(model, tokens => tokens[..^3]), ["model", "30 tokens", "33 rows", "belong together"]),
        ["a vocabulary larger than the embedding"] = (model => Vocabulary(model, tokens => [.. tokens, "extra"]), ["model", "34 tokens", "33 rows", "belong together"]),
        ["no model folder"] = (model => Directory.Delete(model, recursive: true), ["model", "no such folder", "Hugging Face"]),
        ["no config.json"] = (model => File.Delete(Path.Combine(model, "config.json")), ["model/config.json", "not found"]),
        ["no weights"] = (model => File.Delete(Weights(model)), ["model", "neither model.safetensors nor"]),
        ["pickled weights only"] = (model => File.Move(Weights(model), Path.Combine(model, "pytorch_model.bin")), ["model", "pytorch_model.bin", "safe_serialization"]),
        ["no tokenizer"] = (NoTokenizer, ["model", "neither tokenizer.json nor vocab.txt"]),
        ["a damaged tokenizer.json"] = (model => DamagedWeights.Truncate(Path.Combine(model, "tokenizer.json"), 700), ["model/tokenizer.json:", "not valid JSON"]),
    };

    public static TheoryData<string> Names { get; } = [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_damaged_model_is_refused_in_one_line(string name)
    {
        (Action<string> damage, string[] expected) = Cases[name];
        using var folder = new TemporaryFolder();
        world.CopyTo(folder);
        damage(folder.In("model"));
        string[] before = folder.Entries;
        string[] args = ["train", "--data", "rows.csv", "--model", "model", "--set", "input.max_length=32", "--out", "run"];
        ProcessResult result = TailorProcess.Run(args, input: null, folder.Path);
        Refusal.Check(result, expected);
        Assert.Equal(before, folder.Entries);
        BadInputPage.Check("Models", name, args, result, folder.Path);
    }

    [Fact]
    public void An_embedding_padded_to_a_multiple_of_eight_is_no_fault()
    {
        using var folder = new TemporaryFolder();
        world.CopyTo(folder);
        DamagedWeights.PadRows(Weights(folder.In("model")), "bert.embeddings.word_embeddings.weight", "cls.predictions.bias", 40);
        Config(folder.In("model"), config => config["vocab_size"] = 40);
        ProcessResult result = TailorProcess.Run(["embed", "--data", "rows.csv", "--model", "model", "--max-length", "32", "--out", "x.safetensors"], input: null, folder.Path);
        Assert.Equal((0, ""), (result.ExitCode, result.Output));
        Assert.True(File.Exists(folder.In("x.safetensors")));
    }

    private static string Weights(string model) => Path.Combine(model, "model.safetensors");

    private static void Config(string model, Action<JsonObject> edit)
    {
        string path = Path.Combine(model, "config.json");
        var config = (JsonObject)JsonNode.Parse(File.ReadAllText(path))!;
        edit(config);
        File.WriteAllText(path, config.ToJsonString());
    }

    private static void Vocabulary(string model, Func<string[], string[]> edit)
    {
        File.Delete(Path.Combine(model, "tokenizer.json"));
        string path = Path.Combine(model, "vocab.txt");
        File.WriteAllLines(path, edit(File.ReadAllLines(path)));
    }

    private static void NoTokenizer(string model)
    {
        File.Delete(Path.Combine(model, "tokenizer.json"));
        File.Delete(Path.Combine(model, "vocab.txt"));
    }
}
