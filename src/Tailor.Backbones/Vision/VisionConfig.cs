using System.Text.Json.Nodes;
using Tailor.Engine;
using Tailor.Foundation;

namespace Tailor.Backbones;

/// <summary>The settings of an image encoder, by the keys of a Hugging Face <c>config.json</c>.</summary>
public sealed record VisionConfig
{
    /// <summary>Patches along a side above which a file is taken for damaged rather than for a model; 1024² positions are far beyond any published one.</summary>
    private const int LargestGrid = 1_024;

    /// <summary><c>model_type</c>.</summary>
    public required VisionArchitecture Architecture { get; init; }

    /// <summary><c>hidden_size</c>: width of the states; a multiple of <see cref="Heads"/>.</summary>
    public required int HiddenSize { get; init; }

    /// <summary><c>num_hidden_layers</c>.</summary>
    public required int Layers { get; init; }

    /// <summary><c>num_attention_heads</c>.</summary>
    public required int Heads { get; init; }

    /// <summary><c>intermediate_size</c>, or in DINOv2 what <c>mlp_ratio</c> makes: width of the feed-forward layer.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary><c>image_size</c>: height and width in pixels for which the positions were trained; a multiple of <see cref="PatchSize"/>.</summary>
    public required int ImageSize { get; init; }

    /// <summary><c>patch_size</c>: height and width of a patch in pixels.</summary>
    public required int PatchSize { get; init; }

    /// <summary><c>num_channels</c>.</summary>
    public int Channels { get; init; } = 3;

    /// <summary><c>hidden_act</c>.</summary>
    public Activation HiddenActivation { get; init; } = Activation.Gelu;

    /// <summary><c>hidden_dropout_prob</c>, in [0, 1).</summary>
    public double HiddenDropout { get; init; }

    /// <summary><c>attention_probs_dropout_prob</c>, in CLIP <c>attention_dropout</c>, in [0, 1).</summary>
    public double AttentionDropout { get; init; }

    /// <summary><c>layer_norm_eps</c>.</summary>
    public double LayerNormEpsilon { get; init; } = 1e-12;

    /// <summary><c>initializer_range</c>: standard deviation of new weights.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary><c>qkv_bias</c>: whether query, key and value have biases.</summary>
    public bool QueryKeyValueBias { get; init; } = true;

    /// <summary><c>layerscale_value</c>: the start of DINOv2's layer scale.</summary>
    public double LayerScale { get; init; } = 1;

    /// <summary><c>use_swiglu_ffn</c>: whether DINOv2's feed-forward is gated.</summary>
    public bool Gated { get; init; }

    /// <summary><c>projection_dim</c>: width of CLIP's shared space; null without the visual projection.</summary>
    public int? ProjectionSize { get; init; }

    /// <summary>The object as read (of CLIP's image tower alone), so that saving keeps the keys that Tailor does not use.</summary>
    public JsonObject Source { get; init; } = [];

    /// <summary>Patches along a side of an image of <see cref="ImageSize"/>.</summary>
    public int GridSize => ImageSize / PatchSize;

    /// <summary>The class that transformers has for the encoder alone.</summary>
    public string ModelClass => Architecture switch
    {
        VisionArchitecture.Vit => "ViTModel",
        VisionArchitecture.Deit => "DeiTModel",
        VisionArchitecture.Dinov2 => "Dinov2Model",
        _ => "CLIPVisionModel",
    };

    /// <summary>Reads <c>config.json</c> of a model directory.</summary>
    /// <param name="directory">A Hugging Face directory.</param>
    /// <exception cref="InputException">The file is missing, is no JSON object, lacks a key, or has a value that cannot be.</exception>
    public static VisionConfig Read(string directory)
    {
        (JsonObject json, string path) = ConfigReader.Open(directory);
        return From(json, path);
    }

    /// <summary>Reads the settings from a parsed <c>config.json</c>.</summary>
    /// <param name="json">The object.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="InputException">A key is missing or its value cannot be.</exception>
    public static VisionConfig From(JsonObject json, string path)
    {
        var read = new ConfigReader(json, path);
        VisionConfig config = read.Text("model_type", "(none)") switch
        {
            "vit" => Vit.Read(read, VisionArchitecture.Vit),
            "deit" => Vit.Read(read, VisionArchitecture.Deit),
            "dinov2" => Dinov2.Read(read),
            "clip_vision_model" => ClipVision.Read(read),
            "clip" => ClipVision.Read(read.Nested("vision_config"), read.Integer("projection_dim", 1, 65_536, 512)),
            var other => throw read.Fault(
                "model_type",
                $"model type '{other}'",
                "this version reads images with 'vit', 'deit', 'dinov2', 'clip_vision_model' and 'clip'; give such a model, or take a recipe of texts"),
        };
        return config.HiddenSize % config.Heads != 0
            ? throw read.Fault("hidden_size", $"{config.HiddenSize} is no multiple of num_attention_heads {config.Heads}", "check the file against the checkpoint")
            : config.ImageSize % config.PatchSize != 0
            ? throw read.Fault("image_size", $"{config.ImageSize} is no multiple of patch_size {config.PatchSize}", "check the file against the checkpoint")
            : config.GridSize > LargestGrid
            ? throw read.Fault("image_size", $"{config.ImageSize} pixels in patches of {config.PatchSize}", $"expected at most {LargestGrid} patches along a side; check the file against the checkpoint")
            : config;
    }

    /// <summary>The settings as a <c>config.json</c> object: the source's keys, with ours written over them.</summary>
    /// <param name="architecture">The transformers class the directory is for, such as <c>ViTForImageClassification</c>.</param>
    public JsonObject ToJson(string architecture)
    {
        var json = (JsonObject)Source.DeepClone();
        json["architectures"] = new JsonArray(architecture);
        json["hidden_size"] = HiddenSize;
        json["num_hidden_layers"] = Layers;
        json["num_attention_heads"] = Heads;
        json["image_size"] = ImageSize;
        json["patch_size"] = PatchSize;
        json["num_channels"] = Channels;
        json["hidden_act"] = ConfigReader.NameOf(HiddenActivation);
        json["layer_norm_eps"] = LayerNormEpsilon;
        json["initializer_range"] = InitializerRange;
        json["dtype"] = "float32";
        json.Remove("torch_dtype");
        switch (Architecture)
        {
            case VisionArchitecture.Dinov2: Dinov2.Write(this, json); break;
            case VisionArchitecture.ClipVision: ClipVision.Write(this, json); break;
            default: Vit.Write(this, json); break;
        }

        return json;
    }
}
