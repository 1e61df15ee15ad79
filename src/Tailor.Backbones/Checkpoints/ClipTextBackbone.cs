using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Backbones;

/// <summary>CLIP's text tower as a Hugging Face directory defines it: settings, tokenizer, encoder. The directory may hold the image tower too.</summary>
public sealed class ClipTextBackbone : IDisposable
{
    private readonly ParameterBuilder _build;

    private ClipTextBackbone(ClipTextConfig config, ClipTokenizer tokenizer, ParameterBuilder build)
    {
        (Config, Tokenizer, _build) = (config, tokenizer, build);
        Encoder = new ClipTextEncoder(config, build);
    }

    /// <summary>The encoder's settings.</summary>
    public ClipTextConfig Config { get; }

    /// <summary>The tokenizer that belongs to it.</summary>
    public ClipTokenizer Tokenizer { get; }

    /// <summary>The encoder.</summary>
    public ClipTextEncoder Encoder { get; }

    /// <summary>Where the parameters live.</summary>
    public Device Device => _build.Device;

    /// <summary>Every parameter.</summary>
    public IReadOnlyList<Parameter> Parameters => _build.All;

    /// <summary>What the checkpoint gave.</summary>
    public LoadReport Report => _build.Report;

    /// <summary>Loads a Hugging Face directory.</summary>
    /// <param name="directory">The directory with config.json, weights and tokenizer files.</param>
    /// <param name="seed">Seeds what the checkpoint lacks.</param>
    /// <param name="device">Where the parameters live; the CPU when null.</param>
    /// <exception cref="InputException">A file is missing or damaged, or the parts do not belong together.</exception>
    public static ClipTextBackbone Load(string directory, long seed, Device? device = null)
    {
        ClipTextConfig config = ClipTextConfig.Read(directory);
        ClipTokenizer tokenizer = ClipTokenizer.Load(directory);
        TextBackbone.RequireVocabulary(directory, tokenizer.VocabularySize, config.VocabularySize);
        using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(directory);
        var build = new ParameterBuilder(checkpoint, checkpoint.Path, ClipTextEncoder.Prefix, seed, device);
        var backbone = new ClipTextBackbone(build.Has(ClipTextEncoder.ProjectionName) ? config : config with { ProjectionSize = null }, tokenizer, build);
        build.Finish(name => name.EndsWith("position_ids", StringComparison.Ordinal) || name is "logit_scale"
            || name.StartsWith("vision_model.", StringComparison.Ordinal) || name.StartsWith("visual_projection.", StringComparison.Ordinal));
        return backbone;
    }

    /// <summary>Packs texts as the encoder reads them.</summary>
    /// <param name="texts">The texts; each is cut to the encoder's positions, its end-of-text token stays.</param>
    /// <returns>The batch, on the encoder's device.</returns>
    public PackedBatch Pack(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return PackedBatch.Of([.. texts.Select(text => Tokenizer.EncodeIds(text, null, Config.MaxPositions, out _)).Select(ids => new TokenSequence(ids, ids.Length, ids.Length - 1))], Device);
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
