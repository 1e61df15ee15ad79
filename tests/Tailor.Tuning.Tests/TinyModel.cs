using Tailor.Backbones;
using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning.Tests;

/// <summary>A temporary folder with a BERT small enough to train in milliseconds, and texts whose class is told by a word.</summary>
internal sealed class TinyModel : IDisposable
{
    public static readonly string[] Labels = ["fruit", "tool", "city"];

    private static readonly string[] Words = ["apple", "pear", "plum", "hammer", "saw", "drill", "paris", "rome", "oslo", "the", "a", "in", "on", "and", "with", "big", "old", "new"];

    public static readonly Verbalizer LabelWords = new([["apple"], ["hammer saw"], ["paris", "rome"]]);

    public TinyModel()
    {
        Libtorch.Load(1);
        Folder = Directory.CreateTempSubdirectory("tailor-tuning").FullName;
        WordPieceTokenizer tokenizer = WordPieceTokenizer.FromVocabulary(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Words], new BertNormalizerOptions { Lowercase = true });
        var config = new BertConfig { VocabularySize = tokenizer.VocabularySize, HiddenSize = 16, Layers = 2, Heads = 2, IntermediateSize = 32, MaxPositions = 24, InitializerRange = 0.2 };
        using TextBackbone backbone = TextBackbone.Create(config, tokenizer, 5);
        using DisposeScope scope = NewDisposeScope();
        ModelDirectory.Save(Model, config.ToJson("BertForMaskedLM"), tokenizer, ModelDirectory.Weights(backbone.Parameters));
    }

    public string Folder { get; }

    public string Model => Path.Combine(Folder, "model");

    public static (string Text, int Label)[] Examples(int count, long seed)
    {
        var random = Tailor.Foundation.RandomStream.For(seed, "tiny examples");
        return Enumerable.Range(0, count).Select(_ =>
        {
            int label = random.NextInt(3);
            List<string> words = [Words[(3 * label) + random.NextInt(3)]];
            for (int i = random.NextInt(8); i >= 0; i--)
            {
                words.Insert(random.NextInt(words.Count + 1), Words[9 + random.NextInt(9)]);
            }

            return (string.Join(' ', words), label);
        }).ToArray();
    }

    public static Recipe Recipe(StageRecipe stage, HeadActivation activation = HeadActivation.Tanh, double eta = 0) => new()
    {
        Name = "test",
        Summary = "a test",
        Paper = "none",
        Input = new InputRecipe { MaxLength = 24 },
        Head = new HeadRecipe { Activation = activation },
        Stages = [stage],
        Calibrations = eta == 0 ? [] : [new CalibrationRecipe { Kind = CalibrationKind.EtaNorm, Eta = eta }],
    };

    public static StageRecipe Stage(int steps) => new() { Steps = steps, BatchSize = 8, Lr = 5e-3, EvalEvery = 10, Warmup = 0.1, Loss = new LossRecipe() };

    public TextModel Load(Recipe recipe, long seed = 1) => TextModel.Load(Model, recipe, recipe.PredictsNumbers ? 1 : Labels.Length, recipe.Head.Kind == HeadKind.Mlm ? LabelWords : null, seed);

    public static LabelledExamples Texts(TextModel model, (string Text, int Label)[] examples)
    {
        bool numbers = model.Recipe.PredictsNumbers;
        return new(model.Input.Tokenize(examples.Select(e => (e.Text, (string?)null))), [.. examples.Select(e => numbers ? 0 : e.Label)], numbers ? [.. examples.Select(e => e.Label - 0.5f)] : null);
    }

    public static ClassificationTask Task(TextModel model, (string Text, int Label)[] train, (string Text, int Label)[] dev, (string Text, int Label)[]? augmented = null)
    {
        LabelledExamples learnt = Texts(model, train), scored = Texts(model, dev);
        return model.Recipe.PredictsNumbers
            ? new RegressionTask(model, learnt, scored, ["value"])
            : new ClassificationTask(model, learnt, scored, Labels, learnt.Counts(3), 0.55, augmented is null ? null : Texts(model, augmented));
    }

    public static string Bits(TextModel model) => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(model.Parameters.SelectMany(p => p.Value.bytes.ToArray()).ToArray()));

    /// <summary>Begins a run or goes on with it, and stops it after some steps.</summary>
    public LoopResult Loop(ClassificationTask task, Recipe recipe, string name, int part)
    {
        string path = Path.Combine(Folder, name);
        RunFolder folder = Directory.Exists(path) ? new RunFolder(path) : RunFolder.Create(path);
        using var stop = new CancellationTokenSource();
        int done = 0;
        var progress = new Steps(() =>
        {
            if (++done == part)
            {
                stop.Cancel();
            }
        });
        return new TrainingLoop(task, recipe.Stages, folder, new LoopOptions { Seed = 3, CheckpointEvery = 5 }, progress).Run(stop.Token);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private sealed class Steps(Action step) : IProgress<TrainingEvent>
    {
        public void Report(TrainingEvent value)
        {
            if (value is StepDone)
            {
                step();
            }
        }
    }
}
