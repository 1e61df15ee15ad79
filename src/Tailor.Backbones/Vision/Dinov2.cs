using System.Text.Json.Nodes;
using Tailor.Engine;

namespace Tailor.Backbones;

/// <summary>
/// DINOv2 (Oquab et al., TMLR 2024): ViT with layer scale, and in its largest size a gated feed-forward. Keys and names are those of <c>transformers.Dinov2Model</c> as it is saved.
/// </summary>
internal static class Dinov2
{
    public const string Prefix = "dinov2.";

    public static VisionConfig Read(ConfigReader read)
    {
        if (read.Number("drop_path_rate", 0, 1, 0) is > 0 and var rate)
        {
            throw read.Fault("drop_path_rate", $"{rate}", "this version has no stochastic depth; set it to 0");
        }

        int width = read.Integer("hidden_size", 1, 65_536);
        bool gated = read.Flag("use_swiglu_ffn", false);
        return new()
        {
            Architecture = VisionArchitecture.Dinov2,
            HiddenSize = width,
            Layers = read.Integer("num_hidden_layers", 1, 1_000),
            Heads = read.Integer("num_attention_heads", 1, 1_024),
            IntermediateSize = InnerWidth(width * read.Integer("mlp_ratio", 1, 1_000, 4), gated),
            ImageSize = read.Integer("image_size", 1, 65_536),
            PatchSize = read.Integer("patch_size", 1, 65_536),
            Channels = read.Integer("num_channels", 1, 1_024, 3),
            HiddenActivation = read.Activation("hidden_act", "gelu"),
            HiddenDropout = read.Number("hidden_dropout_prob", 0, 0.999, 0),
            AttentionDropout = read.Number("attention_probs_dropout_prob", 0, 0.999, 0),
            LayerNormEpsilon = read.Number("layer_norm_eps", 0, 1, 1e-6),
            InitializerRange = read.Number("initializer_range", 0, 100, 0.02),
            QueryKeyValueBias = read.Flag("qkv_bias", true),
            LayerScale = read.Number("layerscale_value", -1_000, 1_000, 1),
            Gated = gated,
            Source = (JsonObject)read.Json.DeepClone(),
        };
    }

    public static void Write(VisionConfig config, JsonObject json)
    {
        json["model_type"] = "dinov2";
        json["mlp_ratio"] = Ratio(config);
        json["hidden_dropout_prob"] = config.HiddenDropout;
        json["attention_probs_dropout_prob"] = config.AttentionDropout;
        json["qkv_bias"] = config.QueryKeyValueBias;
        json["layerscale_value"] = config.LayerScale;
        json["use_swiglu_ffn"] = config.Gated;
        json["use_mask_token"] ??= false;
    }

    public static VisionParts Declare(VisionConfig config, ParameterBuilder build)
    {
        const string path = Prefix + "embeddings.";
        int width = config.HiddenSize;
        var initial = new Initial(config.InitializerRange);
        Parameter cls = build.Get(path + "cls_token", initial, 1, 1, width);
        if (build.Has(path + "mask_token"))
        {
            // Of no use here, but saving gives it back.
            build.Get(path + "mask_token", Initial.Zeros, 1, width);
        }

        Parameter positions = build.Get(path + "position_embeddings", initial, 1, 1 + ((long)config.GridSize * config.GridSize), width);
        PatchEmbedding patches = PatchEmbedding.Declare(config, build, path + "patch_embeddings.projection");
        var shape = new PreNormShape(width, config.IntermediateSize, config.Heads, config.LayerNormEpsilon, config.HiddenActivation)
        {
            Initial = initial,
            AttentionDropout = config.AttentionDropout,
            ProjectionDropout = config.HiddenDropout,
            QueryKeyValueBias = config.QueryKeyValueBias,
            LayerScale = config.LayerScale,
            Gated = config.Gated,
        };
        PreNormBlock[] blocks = [.. Enumerable.Range(0, config.Layers).Select(i => new PreNormBlock(shape, Names($"{Prefix}encoder.layer.{i}.", config.Gated), build))];
        return new(patches, [cls], new PositionGrid(positions, 1, config.GridSize), FirstNorm: null, blocks, build.LayerNorm(Prefix + "layernorm", width, config.LayerNormEpsilon));
    }

    /// <summary>A gated layer is two thirds as wide, rounded up to a multiple of 8, so that its three matrices cost as much as two.</summary>
    private static int InnerWidth(int width, bool gated) => gated ? ((width * 2 / 3) + 7) / 8 * 8 : width;

    /// <summary>The <c>mlp_ratio</c> that makes the feed-forward as wide as it is.</summary>
    private static int Ratio(VisionConfig config)
    {
        int ratio = (int)Math.Round((config.Gated ? 1.5 : 1) * config.IntermediateSize / config.HiddenSize);
        return InnerWidth(config.HiddenSize * ratio, config.Gated) == config.IntermediateSize
            ? ratio
            : throw new ArgumentException($"DINOv2 keeps the feed-forward's width as a multiple of the hidden one, and no multiple of {config.HiddenSize} makes {config.IntermediateSize}.", nameof(config));
    }

    private static PreNormNames Names(string path, bool gated) => new(path)
    {
        AttentionNorm = "norm1",
        Attention = "attention.attention.",
        QueryKeyValue = ("query", "key", "value"),
        Output = "attention.output.dense",
        FeedForwardNorm = "norm2",
        Up = gated ? "mlp.weights_in" : "mlp.fc1",
        Down = gated ? "mlp.weights_out" : "mlp.fc2",
        Scales = ("layer_scale1.lambda1", "layer_scale2.lambda1"),
    };
}
