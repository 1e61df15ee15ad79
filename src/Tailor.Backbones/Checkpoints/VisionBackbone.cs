using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Backbones;

/// <summary>A pretrained image encoder as its Hugging Face directory defines it; of a CLIP directory with both towers, the image tower.</summary>
public sealed class VisionBackbone : IDisposable
{
    private readonly ParameterBuilder _build;

    private VisionBackbone(VisionConfig config, ParameterBuilder build)
    {
        (Config, _build) = (config, build);
        Encoder = new VisionEncoder(config, build);
    }

    /// <summary>The encoder's settings.</summary>
    public VisionConfig Config { get; }

    /// <summary>The encoder.</summary>
    public VisionEncoder Encoder { get; }

    /// <summary>Width of the states and of the feature.</summary>
    public int HiddenSize => Config.HiddenSize;

    /// <summary>Height and width in pixels for which the positions were trained.</summary>
    public int ImageSize => Config.ImageSize;

    /// <summary>Height and width of a patch in pixels; the sides of an image are multiples of it.</summary>
    public int PatchSize => Config.PatchSize;

    /// <summary>Where the parameters live.</summary>
    public Device Device => _build.Device;

    /// <summary>Where further parameters (heads, adapters) of this model are made.</summary>
    public ParameterBuilder Build => _build;

    /// <summary>Every parameter, those of heads made later included.</summary>
    public IReadOnlyList<Parameter> Parameters => _build.All;

    /// <summary>What the checkpoint gave.</summary>
    public LoadReport Report => _build.Report;

    /// <summary>Loads a Hugging Face directory.</summary>
    /// <param name="directory">The directory with config.json and weights.</param>
    /// <param name="seed">Seeds what the checkpoint lacks.</param>
    /// <param name="device">Where the parameters live; the CPU when null.</param>
    /// <param name="declare">Declares further parameters (a head) while the checkpoint is open, so that saved heads are read back.</param>
    /// <param name="aliases">Stored names by parameter name.</param>
    /// <exception cref="InputException">A file is missing or damaged, or the parts do not belong together.</exception>
    public static VisionBackbone Load(string directory, long seed, Device? device = null, Action<VisionBackbone>? declare = null, IReadOnlyDictionary<string, string>? aliases = null)
    {
        VisionConfig config = VisionConfig.Read(directory);
        Libtorch.Load();
        using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(directory);
        var build = new ParameterBuilder(checkpoint, checkpoint.Path, PrefixOf(config.Architecture), seed, device, aliases);
        var backbone = new VisionBackbone(build.Has(ClipVision.Projection) ? config : config with { ProjectionSize = null }, build);
        declare?.Invoke(backbone);

        // The other tower of CLIP and the temperature of its contrastive loss are not for images alone.
        build.Finish(name => name.EndsWith("position_ids", StringComparison.Ordinal) || name is "logit_scale"
            || name.StartsWith("text_model.", StringComparison.Ordinal) || name.StartsWith("text_projection.", StringComparison.Ordinal));
        return backbone;
    }

    /// <summary>Makes a new encoder, for pretraining.</summary>
    /// <param name="config">Its settings.</param>
    /// <param name="seed">Seeds all parameters.</param>
    /// <param name="device">Where the parameters live; the CPU when null.</param>
    public static VisionBackbone Create(VisionConfig config, long seed, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        return new(config, new ParameterBuilder(checkpoint: null, "new model", PrefixOf(config.Architecture), seed, device));
    }

    /// <summary>Writes the encoder, and whatever else was made of its <see cref="Build"/>, as a Hugging Face directory.</summary>
    /// <param name="directory">The directory, made when absent.</param>
    public void Save(string directory)
    {
        using DisposeScope scope = NewDisposeScope();
        using var _ = no_grad();
        ModelDirectory.Save(directory, Config.ToJson(Config.ModelClass), tokenizer: null, ModelDirectory.Weights(_build.All));
    }

    /// <summary>Releases the parameters.</summary>
    public void Dispose()
    {
        foreach (Parameter parameter in _build.All)
        {
            parameter.Dispose();
        }
    }

    private static string PrefixOf(VisionArchitecture architecture) => architecture switch
    {
        VisionArchitecture.Dinov2 => Dinov2.Prefix,
        VisionArchitecture.ClipVision => ClipVision.Prefix,
        _ => Vit.PrefixOf(architecture),
    };
}
