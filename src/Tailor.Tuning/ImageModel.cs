using System.Text.Json.Nodes;
using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using Tailor.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>A classifier of pictures.</summary>
public sealed class ImageModel : ClassifierModel
{
    private readonly VisionBackbone _backbone;
    private readonly Func<ImageModel> _pristine;

    private ImageModel(VisionBackbone backbone, ClassificationHead head, Adapter? adapter, Recipe recipe, ImageProcessor processor, Func<ImageModel> pristine)
        : base(backbone.Build, head, adapter, recipe) => (_backbone, Processor, _pristine) = (backbone, processor, pristine);

    /// <summary>The backbone.</summary>
    public VisionBackbone Backbone => _backbone;

    /// <summary>What makes an input of a picture: the directory's <c>preprocessor_config.json</c>, brought to the recipe's size; where there is none, that of ViT.</summary>
    public ImageProcessor Processor { get; }

    /// <summary>How training passes change pictures; null when they do not.</summary>
    public ImageAugmentationOptions? Augmentation => Recipe.Input.Augmentation switch
    {
        PictureAugmentation.ResizedCrop => new ImageAugmentationOptions(),
        PictureAugmentation.Shift => new ImageAugmentationOptions { Crop = TrainingCrop.Padded, Padding = Math.Max(1, Side / 8) },
        PictureAugmentation.Minimalist => ImageAugmentationOptions.Minimalist,
        PictureAugmentation.RandAugment => new ImageAugmentationOptions { RandAugment = new RandAugmentOptions() },
        _ => null,
    };

    /// <summary>The crops of test-time ensembling: a picture larger by one and a half patches, which shifts the crops against them (24 pixels for patches of 16, 21 for 14).</summary>
    public FiveCrop FiveCrop => new(Processor, Side, 3 * _backbone.PatchSize / 2);

    /// <summary>Rows that the backbone makes of a picture.</summary>
    public int Tokens => _backbone.Encoder.LeadingTokens + (Side / _backbone.PatchSize * (Side / _backbone.PatchSize));

    private int Side => Processor.OutputSize!.Value.Height;

    /// <inheritdoc/>
    public override EncoderSites Sites => _backbone.Encoder.Sites;

    /// <inheritdoc/>
    public override int HiddenSize => _backbone.Config.HiddenSize;

    /// <inheritdoc/>
    public override bool HasDropout => _backbone.Config is { HiddenDropout: > 0 } or { AttentionDropout: > 0 };

    /// <summary>The adapter of an LPT model in its second phase, which chooses prompt sets for each picture; null for any other model.</summary>
    public LptAdapter? Groups => AdapterStands && Adapter is LptAdapter { Groups: true } lpt ? lpt : null;

    /// <summary>Loads a pretrained or a tuned model directory and puts the recipe's head on it.</summary>
    /// <param name="directory">A Hugging Face directory; when it holds the recipe's head, that is read too.</param>
    /// <param name="recipe">The recipe.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="seed">Seeds what the directory lacks.</param>
    /// <param name="device">Where the parameters live; the CPU when null.</param>
    /// <param name="tuned">Whether <see cref="TunedModel"/> wrote the directory, where a head that transformers has bears its names.</param>
    public static ImageModel Load(string directory, Recipe recipe, int classes, long seed, Device? device = null, bool tuned = false)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ClassificationHead? head = null;
        Adapter? adapter = null;
        void Declare(VisionBackbone built)
        {
            head = ClassificationHead.Create(recipe.Head, built.Build, built.Config.HiddenSize, classes);
            adapter = Adapter.Create(recipe.Adapter.For(classes, built.Config.Layers), built.Build, built.Encoder.Sites, built.Config.HiddenSize);
        }

        VisionBackbone backbone = VisionBackbone.Load(directory, seed, device, Declare, tuned ? Names(recipe, VisionConfig.Read(directory).Architecture) : null);
        try
        {
            return new ImageModel(backbone, head!, adapter, recipe, ProcessorOf(directory, backbone, recipe.Input.ImageSize), () => Load(directory, recipe, classes, seed, device, tuned)) { Source = directory };
        }
        catch
        {
            backbone.Dispose();
            throw;
        }
    }

    /// <summary>Pictures as the last scoring of a run reads them: with five crops where the recipe asks for them.</summary>
    /// <param name="pictures">Where they are.</param>
    /// <param name="decode">What is refused.</param>
    public ImageSet ToScore(IReadOnlyList<ImageSource> pictures, DecodeOptions decode) => Read(pictures, decode, crops: Recipe.Input.FiveCrop ? FiveCrop : null);

    /// <summary>Pictures as this model reads them.</summary>
    /// <param name="pictures">Where they are.</param>
    /// <param name="decode">What is refused.</param>
    /// <param name="augmentation">How training passes change them; null for not at all.</param>
    /// <param name="crops">The crops of test-time ensembling, or null.</param>
    public ImageSet Read(IReadOnlyList<ImageSource> pictures, DecodeOptions decode, ImageAugmentationOptions? augmentation = null, FiveCrop? crops = null)
    {
        ArgumentNullException.ThrowIfNull(decode);
        return new ImageSet(pictures, Processor, Tokens) { Augmentation = augmentation, Crops = crops, Options = new PictureBatchOptions { Decode = decode } };
    }

    /// <inheritdoc/>
    public override ClassifierModel Pristine() => _pristine();

    /// <inheritdoc/>
    public override Tensor NameRows(IReadOnlyList<string> names) => _backbone.Encoder.Projection is { } projection
        ? ClassNameRows.Of(Source, names, Recipe.Head.InitTemplate, projection.Weight.Value, Device)
        : base.NameRows(names);

    /// <summary>The prompt sets that an LPT model in its second phase chooses for many pictures, in their order.</summary>
    /// <param name="examples">The pictures.</param>
    /// <returns>[pictures][k], the surest first.</returns>
    /// <exception cref="InvalidOperationException">The model chooses none.</exception>
    public int[][] Choices(ExampleSet examples)
    {
        LptAdapter lpt = Groups ?? throw new InvalidOperationException("This model chooses no prompts.");
        int[][] choices = new int[examples.Count][];
        ForEachBatch(examples, (indices, batch) =>
        {
            using PrecisionScope scope = PrecisionScope.Enter(Precision);
            _ = Read(batch, DropoutPlaces.Off);
            long[] chosen = lpt.Chosen!.cpu().data<long>().ToArray();
            int k = chosen.Length / indices.Length;
            for (int i = 0; i < indices.Length; i++)
            {
                choices[indices[i]] = [.. chosen.AsSpan(i * k, k).ToArray().Select(set => (int)set)];
            }
        });
        return choices;
    }

    /// <inheritdoc/>
    public override int RowsBefore(int layer, int length) => length + (Sites.Prompt?.Count ?? 0) + (Groups?.SharedLayers == layer ? 1 : 0);

    internal override IReadOnlyDictionary<string, string> StandardNames => Names(Recipe, _backbone.Config.Architecture);

    internal override JsonObject Config() => _backbone.Config.ToJson(_backbone.Config.Architecture switch
    {
        VisionArchitecture.Vit when StandardNames.Count > 0 => "ViTForImageClassification",
        VisionArchitecture.Deit when StandardNames.Count > 0 => "DeiTForImageClassification",
        _ => _backbone.Config.ModelClass,
    });

    internal override void SaveInput(string directory) => ImageProcessorFile.Write(directory, Processor);

    private static ImageProcessor ProcessorOf(string directory, VisionBackbone backbone, int? size)
    {
        string path = Path.Combine(directory, ImageProcessorFile.Name);
        ImageProcessor read = File.Exists(path) ? ImageProcessorFile.Read(path) : new ImageProcessor { Resize = ResizeRule.Exactly(backbone.ImageSize, backbone.ImageSize) };
        int side = size ?? read.OutputSize?.Height ?? backbone.ImageSize;
        if (side % backbone.PatchSize != 0)
        {
            throw new InputException($"pictures of {side} x {side} pixels cannot be cut into patches of {backbone.PatchSize}; give a multiple of it with --set input.image_size={Math.Max(1, side / backbone.PatchSize) * backbone.PatchSize}");
        }

        // Another size keeps the share that the crop has of the resized picture.
        return (read.Crop, read.Resize) switch
        {
            ({ } crop, { ShortestEdge: { } edge }) when read.OutputSize?.Height == side && crop.Height == crop.Width && edge >= crop.Height => read,
            ({ } crop, { ShortestEdge: { } edge }) => read with { Resize = ResizeRule.ToShortestEdge(Math.Max(side, edge * side / crop.Height)), Crop = (side, side) },
            ({ } crop, { } exact) => read with { Resize = ResizeRule.Exactly(Math.Max(side, exact.Height * side / crop.Height), Math.Max(side, exact.Width * side / crop.Width)), Crop = (side, side) },
            _ => read with { Resize = ResizeRule.Exactly(side, side), Crop = null },
        };
    }

    /// <summary>A linear head is the classifier of <c>ViTForImageClassification</c> and <c>DeiTForImageClassification</c>, which read the same state.</summary>
    private static Dictionary<string, string> Names(Recipe recipe, VisionArchitecture architecture) => recipe.Head.Kind == HeadKind.Linear && architecture is VisionArchitecture.Vit or VisionArchitecture.Deit
        ? new(StringComparer.Ordinal) { [ClsHead.OutputPath + ".weight"] = "classifier.weight", [ClsHead.OutputPath + ".bias"] = "classifier.bias" }
        : [];

    private protected override Tensor Read(IExampleBatch batch, DropoutPlaces dropout) => Groups is { } lpt
        ? Main(lpt, Rows(lpt.SharedLayers, batch), dropout)
        : _backbone.Encoder.ForwardRead(((PixelBatch)batch).Pixels, dropout);

    private protected override Tensor ReadBefore(int layer, IExampleBatch batch) => Rows(layer, batch).view(-1, HiddenSize);

    private protected override Tensor ReadFrom(int layer, Tensor states, IExampleBatch batch, DropoutPlaces dropout)
    {
        var pixels = (PixelBatch)batch;
        Tensor rows = states.view(pixels.Count * pixels.Views, -1, HiddenSize);
        return Groups is { } lpt && lpt.SharedLayers == layer ? Main(lpt, rows, dropout) : _backbone.Encoder.ReadFrom(layer, rows, dropout);
    }

    internal override bool IsRead(Parameter parameter) => parameter != _backbone.Encoder.Projection?.Weight;

    private protected override bool IsAfterLayers(Parameter parameter) => parameter == Sites.Norms[^1].Weight || parameter == Sites.Norms[^1].Bias;

    private protected override Tensor Combine(Tensor scores, IExampleBatch batch) => ((PixelBatch)batch).Views is > 1 and var views ? scores.view(batch.Count, views, -1).mean([1]) : scores;

    /// <summary>The rows before a block; where group prompts begin, each image's query is one more row behind them, so that what is kept of an image is all that the blocks above need.</summary>
    private Tensor Rows(int layer, IExampleBatch batch)
    {
        Tensor rows = _backbone.Encoder.RowsAt(layer, ((PixelBatch)batch).Pixels, DropoutPlaces.Off);
        return Groups is { } lpt && lpt.SharedLayers == layer ? cat([rows, lpt.Query(_backbone.Encoder, rows).unsqueeze(1)], 1) : rows;
    }

    private Tensor Main(LptAdapter lpt, Tensor rowsAndQuery, DropoutPlaces dropout)
    {
        long rows = rowsAndQuery.shape[1] - 1;
        lpt.Choose(rowsAndQuery.select(1, rows));
        return _backbone.Encoder.ReadFrom(lpt.SharedLayers, rowsAndQuery.narrow(1, 0, rows), dropout);
    }
}
