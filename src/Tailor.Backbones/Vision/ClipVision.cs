using System.Text.Json.Nodes;
using Tailor.Engine;

namespace Tailor.Backbones;

/// <summary>
/// The image tower of CLIP (Radford et al., ICML 2021): ViT without a bias of the patches, with a norm before the blocks too. Keys and names are those of
/// <c>transformers.CLIPVisionModelWithProjection</c>, which are those of the tower in a <c>CLIPModel</c>; <c>pre_layrnorm</c> is spelt so there.
/// </summary>
internal static class ClipVision
{
    public const string Prefix = "vision_model.", Projection = "visual_projection.weight";

    public static VisionConfig Read(ConfigReader read, int? projection = null) => new()
    {
        Architecture = VisionArchitecture.ClipVision,
        HiddenSize = read.Integer("hidden_size", 1, 65_536, 768),
        Layers = read.Integer("num_hidden_layers", 1, 1_000, 12),
        Heads = read.Integer("num_attention_heads", 1, 1_024, 12),
        IntermediateSize = read.Integer("intermediate_size", 1, 1_000_000, 3072),
        ImageSize = read.Integer("image_size", 1, 65_536, 224),
        PatchSize = read.Integer("patch_size", 1, 65_536, 32),
        Channels = read.Integer("num_channels", 1, 1_024, 3),
        HiddenActivation = read.Activation("hidden_act", "quick_gelu"),
        AttentionDropout = read.Number("attention_dropout", 0, 0.999, 0),
        LayerNormEpsilon = read.Number("layer_norm_eps", 0, 1, 1e-5),
        InitializerRange = read.Number("initializer_range", 0, 100, 0.02),
        ProjectionSize = projection ?? read.Integer("projection_dim", 1, 65_536, 512),
        Source = (JsonObject)read.Json.DeepClone(),
    };

    public static void Write(VisionConfig config, JsonObject json)
    {
        json["model_type"] = "clip_vision_model";
        json["intermediate_size"] = config.IntermediateSize;
        json["attention_dropout"] = config.AttentionDropout;
        if (config.ProjectionSize is { } size)
        {
            json["projection_dim"] = size;
        }
    }

    public static VisionParts Declare(VisionConfig config, ParameterBuilder build)
    {
        const string path = Prefix + "embeddings.";
        int width = config.HiddenSize;
        var initial = new Initial(config.InitializerRange);
        Parameter cls = build.Get(path + "class_embedding", initial, width);
        PatchEmbedding patches = PatchEmbedding.Declare(config, build, path + "patch_embedding", withBias: false);
        Parameter positions = build.Get(path + "position_embedding.weight", initial, 1 + ((long)config.GridSize * config.GridSize), width);
        LayerNorm first = build.LayerNorm(Prefix + "pre_layrnorm", width, config.LayerNormEpsilon);
        var shape = new PreNormShape(width, config.IntermediateSize, config.Heads, config.LayerNormEpsilon, config.HiddenActivation) { Initial = initial, AttentionDropout = config.AttentionDropout };
        PreNormBlock[] blocks = [.. Enumerable.Range(0, config.Layers).Select(i => new PreNormBlock(shape, PreNormNames.Clip($"{Prefix}encoder.layers.{i}."), build))];
        LayerNorm last = build.LayerNorm(Prefix + "post_layernorm", width, config.LayerNormEpsilon);
        Linear? projection = config.ProjectionSize is { } size ? new Linear(build.Get(Projection, initial, size, width), bias: null) : null;
        return new(patches, [cls], new PositionGrid(positions, 1, config.GridSize), first, blocks, last, projection);
    }
}
