using System.Text.Json.Nodes;
using Tailor.Engine;

namespace Tailor.Backbones;

/// <summary>
/// ViT (Dosovitskiy et al., ICLR 2021) and DeiT (Touvron et al., ICML 2021), which has a second leading token that learns from a teacher. Keys and names are those of
/// <c>transformers.ViTModel</c> and <c>DeiTModel</c> as they are saved; version 5 calls the parts otherwise in memory (<see cref="NameMap"/>).
/// </summary>
internal static class Vit
{
    public static string PrefixOf(VisionArchitecture architecture) => architecture == VisionArchitecture.Deit ? "deit." : "vit.";

    public static VisionConfig Read(ConfigReader read, VisionArchitecture architecture) => new()
    {
        Architecture = architecture,
        HiddenSize = read.Integer("hidden_size", 1, 65_536),
        Layers = read.Integer("num_hidden_layers", 1, 1_000),
        Heads = read.Integer("num_attention_heads", 1, 1_024),
        IntermediateSize = read.Integer("intermediate_size", 1, 1_000_000),
        ImageSize = read.Integer("image_size", 1, 65_536),
        PatchSize = read.Integer("patch_size", 1, 65_536),
        Channels = read.Integer("num_channels", 1, 1_024, 3),
        HiddenActivation = read.Activation("hidden_act", "gelu"),
        HiddenDropout = read.Number("hidden_dropout_prob", 0, 0.999, 0),
        AttentionDropout = read.Number("attention_probs_dropout_prob", 0, 0.999, 0),
        LayerNormEpsilon = read.Number("layer_norm_eps", 0, 1, 1e-12),
        InitializerRange = read.Number("initializer_range", 0, 100, 0.02),
        QueryKeyValueBias = read.Flag("qkv_bias", true),
        Source = (JsonObject)read.Json.DeepClone(),
    };

    public static void Write(VisionConfig config, JsonObject json)
    {
        json["model_type"] = config.Architecture == VisionArchitecture.Deit ? "deit" : "vit";
        json["intermediate_size"] = config.IntermediateSize;
        json["hidden_dropout_prob"] = config.HiddenDropout;
        json["attention_probs_dropout_prob"] = config.AttentionDropout;
        json["qkv_bias"] = config.QueryKeyValueBias;
    }

    public static VisionParts Declare(VisionConfig config, ParameterBuilder build)
    {
        string prefix = PrefixOf(config.Architecture), path = prefix + "embeddings.";
        int width = config.HiddenSize;
        var initial = new Initial(config.InitializerRange);
        List<Parameter> leading = [build.Get(path + "cls_token", initial, 1, 1, width)];
        if (config.Architecture == VisionArchitecture.Deit)
        {
            leading.Add(build.Get(path + "distillation_token", initial, 1, 1, width));
        }

        Parameter positions = build.Get(path + "position_embeddings", initial, 1, leading.Count + ((long)config.GridSize * config.GridSize), width);
        PatchEmbedding patches = PatchEmbedding.Declare(config, build, path + "patch_embeddings.projection");
        var shape = new PreNormShape(width, config.IntermediateSize, config.Heads, config.LayerNormEpsilon, config.HiddenActivation)
        {
            Initial = initial,
            AttentionDropout = config.AttentionDropout,
            ProjectionDropout = config.HiddenDropout,
            FeedForwardDropout = config.HiddenDropout,
            QueryKeyValueBias = config.QueryKeyValueBias,
        };
        PreNormBlock[] blocks = [.. Enumerable.Range(0, config.Layers).Select(i => new PreNormBlock(shape, Names($"{prefix}encoder.layer.{i}."), build))];
        return new(patches, leading, new PositionGrid(positions, leading.Count, config.GridSize), FirstNorm: null, blocks, build.LayerNorm(prefix + "layernorm", width, config.LayerNormEpsilon));
    }

    private static PreNormNames Names(string path) => new(path)
    {
        AttentionNorm = "layernorm_before",
        Attention = "attention.attention.",
        QueryKeyValue = ("query", "key", "value"),
        Output = "attention.output.dense",
        FeedForwardNorm = "layernorm_after",
        Up = "intermediate.dense",
        Down = "output.dense",
    };
}
