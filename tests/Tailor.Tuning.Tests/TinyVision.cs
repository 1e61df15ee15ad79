using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning.Tests;

/// <summary>A temporary folder with a ViT small enough to train in milliseconds, and pictures whose class is told by a colour.</summary>
internal sealed class TinyVision : IDisposable
{
    public const int Size = 12, Patch = 4, Width = 16, Blocks = 3;

    public static readonly string[] Labels = ["red fox", "green_frog", "blue jay"];

    public TinyVision(bool queryKeyValueBias = true)
    {
        Libtorch.Load(1);
        Folder = Directory.CreateTempSubdirectory("tailor-vision").FullName;
        VisionConfig config = Config with { QueryKeyValueBias = queryKeyValueBias };
        using VisionBackbone backbone = VisionBackbone.Create(config, 5);
        Scatter(backbone.Parameters, 0.1);
        backbone.Save(Model);
    }

    public static VisionConfig Config => new()
    {
        Architecture = VisionArchitecture.Vit,
        HiddenSize = Width,
        Layers = Blocks,
        Heads = 2,
        IntermediateSize = 2 * Width,
        ImageSize = Size,
        PatchSize = Patch,
        InitializerRange = 0.25,
        LayerNormEpsilon = 1e-5,
    };

    public string Folder { get; }

    public string Model => Path.Combine(Folder, "model");

    /// <summary>Noisy pictures; those of a class are bright in one channel. Of three, one class has half of them and another a sixth.</summary>
    public static LabelledExamples Examples(int count, long seed, int views = 1)
    {
        RandomStream random = RandomStream.For(seed, "tiny pictures");
        int[] labels = [.. Enumerable.Range(0, count).Select(_ => random.NextInt(6) switch { < 3 => 0, < 5 => 1, _ => 2 })];
        float[] pixels = [.. labels.SelectMany(label => Enumerable.Range(0, views * 3 * Size * Size).Select(i => (float)((0.7 * random.NextGaussian()) + (i / (Size * Size) % 3 == label ? 1 : 0))))];
        return new LabelledExamples(new PictureSet(pixels, Size, views), labels);
    }

    public static Recipe Recipe(AdapterRecipe? adapter = null, HeadRecipe? head = null, params StageRecipe[] stages) => new()
    {
        Name = "test",
        Summary = "a test",
        Paper = "none",
        Input = new InputRecipe { Kind = InputKind.Image },
        Adapter = adapter ?? new AdapterRecipe(),
        Head = head ?? new HeadRecipe { Kind = HeadKind.Linear, InitStd = 0.5, Dropout = 0 },
        Stages = stages.Length > 0 ? stages : [Stage(1) with { Train = adapter is null ? TrainScope.Head : TrainScope.Adapter }],
    };

    public static StageRecipe Stage(int steps) => new() { Steps = steps, BatchSize = 8, Lr = 5e-3, EvalEvery = 4, Train = TrainScope.Adapter };

    public ImageModel Load(Recipe recipe, long seed = 1) => ImageModel.Load(Model, recipe, Labels.Length, seed);

    public static ClassificationTask Task(ImageModel model, LabelledExamples train, LabelledExamples? dev = null, FrozenStatePool? pool = null) =>
        new(model, train, dev ?? Examples(0, 0), Labels, train.Counts(Labels.Length), 0.55, frozen: pool);

    /// <summary>Trains a recipe's stages, or the first of them, in a folder of this name.</summary>
    public LoopResult Train(ClassificationTask task, IReadOnlyList<StageRecipe> stages, string name, IProgress<TrainingEvent>? progress = null, CancellationTokenSource? stop = null)
    {
        string path = Path.Combine(Folder, name);
        return new TrainingLoop(task, stages, Directory.Exists(path) ? new RunFolder(path) : RunFolder.Create(path), new LoopOptions { Seed = 3, CheckpointEvery = 5 }, progress).Run(stop?.Token ?? CancellationToken.None);
    }

    /// <summary>Moves parameters off where they start, which for many adapters is the identity.</summary>
    public static void Scatter(IEnumerable<Parameter> parameters, double by)
    {
        using var _ = no_grad();
        foreach (Parameter parameter in parameters)
        {
            RandomStream random = RandomStream.For(8, "scatter " + parameter.Name);
            using Tensor noise = tensor(Enumerable.Range(0, (int)parameter.Count).Select(_ => (float)(by * random.NextGaussian())).ToArray(), parameter.Value.shape);
            parameter.Value.add_(noise);
        }
    }

    public static Dictionary<string, byte[]> Bits(ClassifierModel model) => model.Parameters.ToDictionary(p => p.Name, p => p.Value.bytes.ToArray(), StringComparer.Ordinal);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
