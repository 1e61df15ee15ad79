using System.Text.Json.Nodes;
using Tailor.Engine;
using Tailor.Foundation;

namespace Tailor.Backbones;

/// <summary>The settings of a BERT encoder, by the keys of a Hugging Face <c>config.json</c> (Devlin et al., 2019).</summary>
public sealed record BertConfig
{
    /// <summary><c>vocab_size</c>: rows of the word embedding.</summary>
    public required int VocabularySize { get; init; }

    /// <summary><c>hidden_size</c>: width of the states; a multiple of <see cref="Heads"/>.</summary>
    public required int HiddenSize { get; init; }

    /// <summary><c>num_hidden_layers</c>.</summary>
    public required int Layers { get; init; }

    /// <summary><c>num_attention_heads</c>.</summary>
    public required int Heads { get; init; }

    /// <summary><c>intermediate_size</c>: width of the feed-forward layer.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary><c>max_position_embeddings</c>: the longest sequence in tokens.</summary>
    public int MaxPositions { get; init; } = 512;

    /// <summary><c>type_vocab_size</c>: segments.</summary>
    public int TokenTypes { get; init; } = 2;

    /// <summary><c>hidden_act</c>.</summary>
    public Activation HiddenActivation { get; init; } = Activation.Gelu;

    /// <summary><c>hidden_dropout_prob</c>, in [0, 1).</summary>
    public double HiddenDropout { get; init; } = 0.1;

    /// <summary><c>attention_probs_dropout_prob</c>, in [0, 1).</summary>
    public double AttentionDropout { get; init; } = 0.1;

    /// <summary><c>layer_norm_eps</c>.</summary>
    public double LayerNormEpsilon { get; init; } = 1e-12;

    /// <summary><c>initializer_range</c>: standard deviation of new weights.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>The whole file as read, so that saving keeps the keys that Tailor does not use.</summary>
    public JsonObject Source { get; init; } = [];

    /// <summary>Reads <c>config.json</c> of a model directory.</summary>
    /// <param name="directory">A Hugging Face directory.</param>
    /// <exception cref="InputException">The file is missing, is no JSON object, lacks a key, or has a value that cannot be.</exception>
    public static BertConfig Read(string directory)
    {
        (JsonObject json, string path) = ConfigReader.Open(directory);
        return From(json, path);
    }

    /// <summary>Reads the settings from a parsed <c>config.json</c>.</summary>
    /// <param name="json">The object.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="InputException">A key is missing or its value cannot be.</exception>
    public static BertConfig From(JsonObject json, string path)
    {
        var read = new ConfigReader(json, path);
        string type = read.Text("model_type", "bert");
        if (type is not "bert")
        {
            throw InputException.At(path, $"model type '{type}'", "this version reads texts with 'bert'; give such a model, or, for a model of pictures, take a recipe of pictures", field: "model_type");
        }

        if (read.Text("position_embedding_type", "absolute") is not "absolute" and var positions)
        {
            throw InputException.At(path, $"'{positions}'", "only 'absolute' positions are read", field: "position_embedding_type");
        }

        var config = new BertConfig
        {
            VocabularySize = read.Integer("vocab_size", 1, 10_000_000),
            HiddenSize = read.Integer("hidden_size", 1, 65_536),
            Layers = read.Integer("num_hidden_layers", 1, 1_000),
            Heads = read.Integer("num_attention_heads", 1, 1_024),
            IntermediateSize = read.Integer("intermediate_size", 1, 1_000_000),
            MaxPositions = read.Integer("max_position_embeddings", 1, 1_000_000, 512),
            TokenTypes = read.Integer("type_vocab_size", 1, 1_000, 2),
            HiddenActivation = read.Activation("hidden_act", "gelu"),
            HiddenDropout = read.Number("hidden_dropout_prob", 0, 0.999, 0.1),
            AttentionDropout = read.Number("attention_probs_dropout_prob", 0, 0.999, 0.1),
            LayerNormEpsilon = read.Number("layer_norm_eps", 0, 1, 1e-12),
            InitializerRange = read.Number("initializer_range", 0, 100, 0.02),
            Source = (JsonObject)json.DeepClone(),
        };
        return config.HiddenSize % config.Heads == 0
            ? config
            : throw InputException.At(path, $"{config.HiddenSize} is no multiple of num_attention_heads {config.Heads}", "check the file against the checkpoint", field: "hidden_size");
    }

    /// <summary>The settings as a <c>config.json</c> object: the source's keys, with ours written over them.</summary>
    /// <param name="architecture">The transformers class the directory is for, such as <c>BertForMaskedLM</c>.</param>
    public JsonObject ToJson(string architecture)
    {
        var json = (JsonObject)Source.DeepClone();
        json["architectures"] = new JsonArray(architecture);
        json["model_type"] = "bert";
        json["vocab_size"] = VocabularySize;
        json["hidden_size"] = HiddenSize;
        json["num_hidden_layers"] = Layers;
        json["num_attention_heads"] = Heads;
        json["intermediate_size"] = IntermediateSize;
        json["max_position_embeddings"] = MaxPositions;
        json["type_vocab_size"] = TokenTypes;
        json["hidden_act"] = ConfigReader.NameOf(HiddenActivation);
        json["hidden_dropout_prob"] = HiddenDropout;
        json["attention_probs_dropout_prob"] = AttentionDropout;
        json["layer_norm_eps"] = LayerNormEpsilon;
        json["initializer_range"] = InitializerRange;
        json["dtype"] = "float32";
        json.Remove("torch_dtype");
        return json;
    }
}
