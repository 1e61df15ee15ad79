using System.Text.Json.Nodes;
using Tailor.Engine;
using Tailor.Foundation;

namespace Tailor.Backbones;

/// <summary>The settings of CLIP's text tower, by the keys of a Hugging Face <c>config.json</c> (Radford et al., ICML 2021).</summary>
public sealed record ClipTextConfig
{
    /// <summary><c>vocab_size</c>: rows of the token embedding.</summary>
    public required int VocabularySize { get; init; }

    /// <summary><c>hidden_size</c>: width of the states; a multiple of <see cref="Heads"/>.</summary>
    public required int HiddenSize { get; init; }

    /// <summary><c>num_hidden_layers</c>.</summary>
    public required int Layers { get; init; }

    /// <summary><c>num_attention_heads</c>.</summary>
    public required int Heads { get; init; }

    /// <summary><c>intermediate_size</c>: width of the feed-forward layer.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary><c>max_position_embeddings</c>: the longest text in tokens.</summary>
    public int MaxPositions { get; init; } = 77;

    /// <summary><c>hidden_act</c>.</summary>
    public Activation HiddenActivation { get; init; } = Activation.QuickGelu;

    /// <summary><c>attention_dropout</c>, in [0, 1).</summary>
    public double AttentionDropout { get; init; }

    /// <summary><c>layer_norm_eps</c>.</summary>
    public double LayerNormEpsilon { get; init; } = 1e-5;

    /// <summary><c>initializer_range</c>: standard deviation of new weights.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary><c>projection_dim</c>: width of the space shared with images; null without the text projection.</summary>
    public int? ProjectionSize { get; init; }

    /// <summary>Reads <c>config.json</c> of a model directory: <c>clip_text_model</c>, or the <c>text_config</c> of <c>clip</c>.</summary>
    /// <param name="directory">A Hugging Face directory.</param>
    /// <exception cref="InputException">The file is missing, is no JSON object, or has a value that cannot be.</exception>
    public static ClipTextConfig Read(string directory)
    {
        (JsonObject json, string path) = ConfigReader.Open(directory);
        return From(json, path);
    }

    /// <summary>Reads the settings from a parsed <c>config.json</c>.</summary>
    /// <param name="json">The object.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="InputException">A value cannot be.</exception>
    public static ClipTextConfig From(JsonObject json, string path)
    {
        var whole = new ConfigReader(json, path);
        ConfigReader read = whole.Text("model_type", "(none)") switch
        {
            "clip_text_model" => whole,
            "clip" => whole.Nested("text_config"),
            var other => throw whole.Fault("model_type", $"model type '{other}'", "CLIP's text tower is read from 'clip' and 'clip_text_model'"),
        };
        var config = new ClipTextConfig
        {
            VocabularySize = read.Integer("vocab_size", 1, 10_000_000, 49_408),
            HiddenSize = read.Integer("hidden_size", 1, 65_536, 512),
            Layers = read.Integer("num_hidden_layers", 1, 1_000, 12),
            Heads = read.Integer("num_attention_heads", 1, 1_024, 8),
            IntermediateSize = read.Integer("intermediate_size", 1, 1_000_000, 2_048),
            MaxPositions = read.Integer("max_position_embeddings", 1, 1_000_000, 77),
            HiddenActivation = read.Activation("hidden_act", "quick_gelu"),
            AttentionDropout = read.Number("attention_dropout", 0, 0.999, 0),
            LayerNormEpsilon = read.Number("layer_norm_eps", 0, 1, 1e-5),
            InitializerRange = read.Number("initializer_range", 0, 100, 0.02),
            ProjectionSize = whole.Integer("projection_dim", 1, 65_536, 512),
        };
        return config.HiddenSize % config.Heads == 0
            ? config
            : throw read.Fault("hidden_size", $"{config.HiddenSize} is no multiple of num_attention_heads {config.Heads}", "check the file against the checkpoint");
    }
}
