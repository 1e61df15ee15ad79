using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Tuning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Bench;

/// <summary>LPT's second phase on made-up pictures and a vision transformer of 12 blocks: with rows and queries kept, with one pass below block 6 for query and main pass, and with two whole passes as the paper's code makes them.</summary>
internal sealed class LptReuseCase : ReuseCase
{
    private const int Images = 256, Side = 32, Classes = 10, Width = 192, Blocks = 12;

    /// <inheritdoc/>
    public override string Name => "lpt";

    /// <inheritdoc/>
    public override string? Lack(string shared) => null;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, double[] Kept, double[] Anew)> Measure(string shared, int rounds)
    {
        string directory = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            Save(directory);
            Recipe recipe = RecipeCatalogue.Load("lpt", ["input.augmentation=none", "stages.1.batch_size=32"]);
            using var pixels = new RandomPixels(Images, Side);
            (string name, Variant first, Variant second)[] compared =
            [
                ("lpt: phase 2, kept against two whole passes", Variant.Kept, Variant.TwoPasses),
                ("lpt: phase 2, one pass below block 6 against two whole passes", Variant.Shared, Variant.TwoPasses),
            ];
            foreach ((string name, Variant one, Variant other) in compared)
            {
                using ImageModel a = ImageModel.Load(directory, recipe, Classes, 1), b = ImageModel.Load(directory, recipe, Classes, 1);
                using StageEpochs first = Epochs(a, recipe, pixels, one), second = Epochs(b, recipe, pixels, other);
                (double[] x, double[] y) = StageEpochs.InTurn(first, second, rounds);
                yield return ($"{name}, {Images} pictures of 64 patches, {Blocks} blocks of width {Width}", x, y);
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static void Save(string directory)
    {
        var config = new VisionConfig { Architecture = VisionArchitecture.Vit, HiddenSize = Width, Layers = Blocks, Heads = 3, IntermediateSize = 4 * Width, ImageSize = Side, PatchSize = 4 };
        using VisionBackbone backbone = VisionBackbone.Create(config, 1);
        backbone.Save(directory);
    }

    private static StageEpochs Epochs(ImageModel model, Recipe recipe, RandomPixels pixels, Variant variant)
    {
        int[] classes = [.. Enumerable.Range(0, Images).Select(i => i % Classes)];
        int[] counts = [.. Enumerable.Range(0, Classes).Select(c => classes.Count(id => id == c))];
        var train = new LabelledExamples(variant == Variant.Kept ? pixels : new AnewSet(pixels), classes);
        var task = new ClassificationTask(model, train, new LabelledExamples(new TextSet([]), []), [.. counts.Select((_, c) => $"class {c}")], counts, 0.55);
        return new StageEpochs(task, 1, recipe, variant == Variant.TwoPasses ? (batch, pass) => TwoPasses(model, recipe, pixels, batch, pass, classes, counts) : null);
    }

    private static LossParts TwoPasses(ImageModel model, Recipe recipe, RandomPixels pixels, TrainingBatch batch, long pass, int[] classes, int[] counts)
    {
        var lpt = (LptAdapter)model.Adapter!;
        var dropout = new DropoutPlaces(1, pass, training: true);
        using IExampleBatch examples = pixels.Batch(batch.Examples, CPU);
        Tensor input = ((PixelBatch)examples).Pixels;
        VisionEncoder encoder = model.Backbone.Encoder;
        Tensor query;
        using (no_grad())
        {
            query = lpt.Query(encoder, encoder.RowsAt(lpt.SharedLayers, input, DropoutPlaces.Off));
        }

        lpt.Choose(query);
        Tensor logits = model.Head.Forward(encoder.ReadFrom(lpt.SharedLayers, encoder.RowsAt(lpt.SharedLayers, input, DropoutPlaces.Off), dropout), dropout);
        LossParts loss = LossFactory.Create(recipe.Stages[1].Loss, counts)
            .Of(logits, tensor(batch.Examples.Select(i => (long)classes[i]).ToArray()), batch.Companions, batch.CompanionWeight, LogitNoise.Of(1, pass));
        return loss with { Numerator = loss.Numerator.add(lpt.Penalty!.mean().mul(loss.Denominator)) };
    }

    private enum Variant
    {
        Kept,
        Shared,
        TwoPasses,
    }

    /// <summary>Pictures of noise, as tensors.</summary>
    private sealed class RandomPixels(int count, int side) : ExampleSet, IDisposable
    {
        private readonly Tensor _pixels = randn([count, 3, side, side], generator: new Generator(1)).DetachFromDisposeScope();

        public override IReadOnlyList<int> Lengths { get; } = [.. Enumerable.Repeat(1 + (side / 4 * (side / 4)), count)];

        public override IExampleBatch Batch(IReadOnlyList<int> examples, Device device) =>
            new PixelBatch(examples.Count, 1, () => _pixels.index_select(0, tensor(examples.Select(i => (long)i).ToArray())));

        public void Dispose() => _pixels.Dispose();
    }
}
