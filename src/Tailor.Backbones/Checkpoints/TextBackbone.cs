using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Backbones;

/// <summary>A pretrained text encoder as its Hugging Face directory defines it: settings, tokenizer, encoder, and the MLM head when the checkpoint has one.</summary>
public sealed class TextBackbone : IDisposable
{
    private readonly ParameterBuilder _build;

    private TextBackbone(BertConfig config, Tokenizer tokenizer, ParameterBuilder build, bool pooler, bool mlmHead)
    {
        (Config, Tokenizer, _build) = (config, tokenizer, build);
        Encoder = new BertEncoder(config, build, pooler);
        MlmHead = mlmHead ? new BertMlmHead(Encoder, build) : null;
    }

    /// <summary>The encoder's settings.</summary>
    public BertConfig Config { get; }

    /// <summary>The tokenizer that belongs to it.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>The encoder.</summary>
    public BertEncoder Encoder { get; }

    /// <summary>The MLM head, or null when the checkpoint has none.</summary>
    public BertMlmHead? MlmHead { get; }

    /// <summary>Where the parameters live.</summary>
    public Device Device => _build.Device;

    /// <summary>Where further parameters (heads, adapters) of this model are made.</summary>
    public ParameterBuilder Build => _build;

    /// <summary>Every parameter, those of heads made later included.</summary>
    public IReadOnlyList<Parameter> Parameters => _build.All;

    /// <summary>What the checkpoint gave.</summary>
    public LoadReport Report => _build.Report;

    /// <summary>Loads a Hugging Face directory.</summary>
    /// <param name="directory">The directory with config.json, weights and tokenizer files.</param>
    /// <param name="seed">Seeds what the checkpoint lacks.</param>
    /// <param name="device">Where the parameters live; the CPU when null.</param>
    /// <param name="declare">Declares further parameters (a head) while the checkpoint is open, so that saved heads are read back.</param>
    /// <param name="aliases">Stored names by parameter name; a pooler whose tensors are claimed here belongs to the head, not to the encoder.</param>
    /// <param name="tokens">Tokens that the vocabulary needs besides its own (a template's soft tokens); the embedding grows by those it lacks.</param>
    /// <exception cref="InputException">A file is missing or damaged, or the parts do not belong together.</exception>
    public static TextBackbone Load(
        string directory, long seed, Device? device = null, Action<TextBackbone>? declare = null, IReadOnlyDictionary<string, string>? aliases = null, IReadOnlyList<string>? tokens = null)
    {
        BertConfig config = BertConfig.Read(directory);
        Tokenizer tokenizer = Tokenizer.Load(directory);
        RequireVocabulary(directory, tokenizer.VocabularySize, config.VocabularySize);
        tokenizer = tokenizer.WithTokens(tokens ?? []);
        int stored = config.VocabularySize;
        config = config with { VocabularySize = Math.Max(stored, tokenizer.VocabularySize) };
        Libtorch.Load();
        using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(directory);
        var build = new ParameterBuilder(checkpoint, checkpoint.Path, "bert.", seed, device, aliases) { Grown = (stored, config.VocabularySize) };
        bool pooler = build.Has(BertEncoder.PoolerPath + ".weight") && aliases?.Values.Contains(BertEncoder.PoolerPath + ".weight") != true;
        bool mlm = build.Has(BertMlmHead.TransformPath + ".dense.weight");
        var backbone = new TextBackbone(config, tokenizer, build, pooler, mlm);
        declare?.Invoke(backbone);

        // The decoder is tied to the embedding: a stored copy is the same numbers, and position_ids is a buffer of old versions.
        build.Finish(name => name.EndsWith("position_ids", StringComparison.Ordinal) || name is "cls.predictions.decoder.weight" or "cls.predictions.decoder.bias"
            || name.StartsWith("cls.seq_relationship.", StringComparison.Ordinal));
        return backbone;
    }

    /// <summary>Makes a new encoder with an MLM head, for pretraining.</summary>
    /// <param name="config">Its settings.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="seed">Seeds all parameters.</param>
    /// <param name="device">Where the parameters live; the CPU when null.</param>
    public static TextBackbone Create(BertConfig config, Tokenizer tokenizer, long seed, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        return new(config, tokenizer, new ParameterBuilder(checkpoint: null, "new model", "bert.", seed, device), pooler: false, mlmHead: true);
    }

    /// <summary>Checks that a maximal length fits the encoder's positions.</summary>
    /// <param name="maxLength">Tokens, special tokens included.</param>
    /// <param name="taken">Positions that an adapter takes.</param>
    /// <exception cref="InputException">It is longer than the encoder's positions.</exception>
    public void RequireLength(int maxLength, int taken = 0)
    {
        int left = Config.MaxPositions - taken;
        if (maxLength > left)
        {
            string adapter = taken > 0 ? $", of which the adapter takes {taken}" : "";
            throw new InputException($"max length {maxLength} is over the model's {Config.MaxPositions} positions (max_position_embeddings){adapter}; use {left} or less: --max-length {left}, for a recipe --set input.max_length={left}");
        }
    }

    /// <summary>
    /// A tokenizer and an embedding that do not belong together would train on the wrong rows without a word. More tokens than rows never fit;
    /// fewer do only where the rows were padded, as is usual, to a multiple of 8 (up to 128) for the matrix units of GPUs.
    /// </summary>
    internal static void RequireVocabulary(string directory, int tokens, int rows)
    {
        bool padded = rows % 8 == 0 && rows - tokens < 128;
        if (tokens > rows || (tokens < rows && !padded))
        {
            throw InputException.At(directory, $"the tokenizer has {tokens} tokens and the embedding {rows} rows (vocab_size)", "they do not belong together; use the tokenizer files of this checkpoint");
        }
    }

    /// <summary>Releases the parameters.</summary>
    public void Dispose()
    {
        foreach (Parameter parameter in _build.All)
        {
            parameter.Dispose();
        }
    }
}
