using System.Text.Json.Nodes;
using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Backbones.Tests;

public sealed class VisionBackboneTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tailor-images").FullName;

    public VisionBackboneTests() => Libtorch.Load(1);

    public static TheoryData<VisionArchitecture, bool> Kinds => new()
    {
        { VisionArchitecture.Vit, false },
        { VisionArchitecture.Deit, false },
        { VisionArchitecture.Dinov2, false },
        { VisionArchitecture.Dinov2, true },
        { VisionArchitecture.ClipVision, false },
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_saved_model_loads_with_the_same_numbers(VisionArchitecture architecture, bool gated)
    {
        // DINOv2 keeps a ratio, not a width.
        VisionConfig config = TinyImages.Config(architecture, gated);
        config = architecture == VisionArchitecture.Dinov2 ? config with { IntermediateSize = gated ? 64 : 96 } : config;
        using VisionBackbone made = Save(config, name => name), loaded = VisionBackbone.Load(_folder, 99);
        Assert.Empty(loaded.Report.Remarks());
        AssertSame(made, loaded);
        Assert.Equal((24, 24, 8), (loaded.HiddenSize, loaded.ImageSize, loaded.PatchSize));
        Assert.Equal(config with { Source = loaded.Config.Source }, loaded.Config);
        using Tensor pixels = TinyImages.Pixels(1), expected = made.Encoder.ForwardRead(pixels, DropoutPlaces.Off), actual = loaded.Encoder.ForwardRead(pixels, DropoutPlaces.Off);
        Assert.True(TinyImages.Same(expected, actual));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Names_without_the_prefix_and_those_in_memory_are_read(VisionArchitecture architecture, bool gated)
    {
        VisionConfig config = TinyImages.Config(architecture, gated);
        config = architecture == VisionArchitecture.Dinov2 ? config with { IntermediateSize = gated ? 64 : 96 } : config;
        foreach (Func<string, string> rename in new Func<string, string>[] { Bare, name => NameMap.ImageNameInMemory(name) ?? name, name => Bare(NameMap.ImageNameInMemory(name) ?? name) })
        {
            using VisionBackbone made = Save(config, rename), loaded = VisionBackbone.Load(_folder, 99);
            Assert.Empty(loaded.Report.Remarks());
            AssertSame(made, loaded);
        }
    }

    [Fact]
    public void Shards_are_read_by_their_index()
    {
        using VisionBackbone made = Save(TinyImages.Config(VisionArchitecture.Vit), name => name);
        KeyValuePair<string, Tensor>[] weights = [.. ModelDirectory.Weights(made.Parameters)];
        File.Delete(Path.Combine(_folder, "model.safetensors"));
        var map = new JsonObject();
        foreach ((int i, KeyValuePair<string, Tensor>[] shard) in weights.Chunk(20).Index())
        {
            string name = $"model-{i}.safetensors";
            SafetensorsWriter.Write(Path.Combine(_folder, name), shard, new Dictionary<string, string>());
            foreach ((string tensor, _) in shard)
            {
                map[tensor] = name;
            }
        }

        Assert.True(map.Select(entry => entry.Value!.GetValue<string>()).Distinct().Count() > 1);
        File.WriteAllText(Path.Combine(_folder, "model.safetensors.index.json"), new JsonObject { ["weight_map"] = map }.ToJsonString());
        using VisionBackbone loaded = VisionBackbone.Load(_folder, 99);
        Assert.Empty(loaded.Report.Remarks());
        AssertSame(made, loaded);
    }

    [Fact]
    public void Both_towers_of_clip_are_read_from_one_directory_and_a_tower_can_be_saved_alone()
    {
        using VisionBackbone images = Save(TinyImages.Config(VisionArchitecture.ClipVision), name => name);
        ParameterBuilder build = new(null, "", "text_model.", 6);
        var text = new ClipTextEncoder(TinyTexts.Config, build);
        TinyTexts.Tokenizer().Save(_folder);
        KeyValuePair<string, Tensor>[] weights = [.. ModelDirectory.Weights(images.Parameters.Concat(build.All)), new("logit_scale", tensor(2.6f))];
        var config = new JsonObject
        {
            ["model_type"] = "clip",
            ["projection_dim"] = 10,
            ["vision_config"] = Without(images.Config.ToJson("CLIPVisionModel"), "num_channels", "hidden_act"),
            ["text_config"] = TinyTexts.Json(),
        };
        ModelDirectory.Save(_folder, config, tokenizer: null, weights);
        using VisionBackbone loaded = VisionBackbone.Load(_folder, 99);
        using ClipTextBackbone texts = ClipTextBackbone.Load(_folder, 99);
        Assert.Empty(loaded.Report.Remarks());
        Assert.Empty(texts.Report.Remarks());
        AssertSame(images, loaded);
        Assert.Equal(10, loaded.Encoder.Projection!.Weight.Value.shape[0]);
        Assert.Equal(10, texts.Encoder.Projection!.Weight.Value.shape[0]);
        using PackedBatch batch = texts.Pack(["ab", "ba b"]);
        using Tensor expected = text.ForwardRead(batch, DropoutPlaces.Off), actual = texts.Encoder.ForwardRead(batch, DropoutPlaces.Off);
        Assert.True(TinyImages.Same(expected, actual));

        ModelDirectory.Save(_folder, loaded.Config.ToJson("CLIPVisionModelWithProjection"), tokenizer: null, ModelDirectory.Weights(loaded.Parameters));
        using VisionBackbone alone = VisionBackbone.Load(_folder, 99);
        Assert.Empty(alone.Report.Remarks());
        AssertSame(images, alone);
    }

    [Fact]
    public void A_clip_tower_without_projection_has_none()
    {
        Save(TinyImages.Config(VisionArchitecture.ClipVision), name => name == "visual_projection.weight" ? "something.else" : name).Dispose();
        using VisionBackbone loaded = VisionBackbone.Load(_folder, 99);
        Assert.Null(loaded.Encoder.Projection);
        Assert.Null(loaded.Config.ProjectionSize);
        Assert.Empty(loaded.Report.Missing);
    }

    [Fact]
    public void A_mask_token_is_given_back()
    {
        using VisionBackbone made = Save(TinyImages.Config(VisionArchitecture.Dinov2) with { IntermediateSize = 96 }, name => name);
        KeyValuePair<string, Tensor>[] weights = [.. ModelDirectory.Weights(made.Parameters), new("dinov2.embeddings.mask_token", ones(1, 24))];
        ModelDirectory.Save(_folder, made.Config.ToJson("Dinov2Model"), tokenizer: null, weights);
        using VisionBackbone loaded = VisionBackbone.Load(_folder, 99);
        Assert.Empty(loaded.Report.Remarks());
        Assert.Contains("dinov2.embeddings.mask_token", loaded.Parameters.Select(p => p.Name));
    }

    [Theory]
    [InlineData("hidden_size", null, "missing")]
    [InlineData("patch_size", null, "missing")]
    [InlineData("hidden_size", "25", "no multiple of num_attention_heads 3")]
    [InlineData("image_size", "20", "no multiple of patch_size 8")]
    [InlineData("image_size", "[24, 24]", "[24,24]")]
    [InlineData("image_size", "65536", "1024 patches")]
    [InlineData("hidden_act", "\"swish\"", "swish")]
    [InlineData("qkv_bias", "1", "true or false")]
    [InlineData("model_type", "\"swin\"", "swin")]
    [InlineData("num_hidden_layers", "99999999999", "99999999999")]
    public void A_config_that_cannot_be_is_refused_by_key(string key, string? value, string found)
    {
        JsonObject json = Without(TinyImages.Config(VisionArchitecture.Vit).ToJson("ViTModel"), key);
        if (value is not null)
        {
            json[key] = JsonNode.Parse(value);
        }

        string message = Assert.Throws<InputException>(() => VisionConfig.From(json, "model/config.json")).Message;
        Assert.StartsWith("model/config.json: " + key, message, StringComparison.Ordinal);
        Assert.Contains(found, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stochastic_depth_is_refused_by_name_and_a_fault_within_clip_names_the_tower()
    {
        JsonObject dino = (TinyImages.Config(VisionArchitecture.Dinov2) with { IntermediateSize = 96 }).ToJson("Dinov2Model");
        dino["drop_path_rate"] = 0.1;
        Assert.Contains("drop_path_rate", Assert.Throws<InputException>(() => VisionConfig.From(dino, "config.json")).Message, StringComparison.Ordinal);
        var clip = new JsonObject { ["model_type"] = "clip", ["vision_config"] = new JsonObject { ["hidden_size"] = "wide" }, ["text_config"] = new JsonObject { ["vocab_size"] = -1 } };
        Assert.Contains("vision_config.hidden_size", Assert.Throws<InputException>(() => VisionConfig.From(clip, "config.json")).Message, StringComparison.Ordinal);
        Assert.Contains("text_config.vocab_size", Assert.Throws<InputException>(() => ClipTextConfig.From(clip, "config.json")).Message, StringComparison.Ordinal);
    }

    private static string Bare(string name) => new[] { "vit.", "deit.", "dinov2.", "vision_model." }.FirstOrDefault(p => name.StartsWith(p, StringComparison.Ordinal)) is { } prefix ? name[prefix.Length..] : name;

    private static JsonObject Without(JsonObject json, params string[] keys)
    {
        foreach (string key in keys)
        {
            json.Remove(key);
        }

        return json;
    }

    private static void AssertSame(VisionBackbone made, VisionBackbone loaded)
    {
        Assert.Equal(made.Parameters.Select(p => p.Name), loaded.Parameters.Select(p => p.Name));
        Assert.All(made.Parameters.Zip(loaded.Parameters), pair => Assert.True(TinyImages.Same(pair.First.Value, pair.Second.Value), pair.First.Name));
    }

    private VisionBackbone Save(VisionConfig config, Func<string, string> rename)
    {
        VisionBackbone backbone = TinyImages.Make(config);
        using DisposeScope scope = NewDisposeScope();
        ModelDirectory.Save(
            _folder, config.ToJson("ViTModel"), tokenizer: null, ModelDirectory.Weights(backbone.Parameters).Select(w => new KeyValuePair<string, Tensor>(rename(w.Key), w.Value)));
        return backbone;
    }
}
