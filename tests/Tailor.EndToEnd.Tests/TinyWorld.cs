using Tailor.Backbones;
using Tailor.Data;
using Tailor.EndToEnd.Tests;
using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

[assembly: AssemblyFixture(typeof(TinyWorld))]

namespace Tailor.EndToEnd.Tests;

/// <summary>
/// What the tests of models and runs start from: a table of three classes, a BERT of 2 layers x 32, a finished run and one that was stopped. Each part is made when it is first asked for.
/// The commands name everything relative to the folder they run in, so that a copy of a part works where it is copied to.
/// </summary>
public sealed class TinyWorld : IDisposable
{
    /// <summary>Longest input of the model.</summary>
    public const int MaxLength = 32;

    /// <summary>Step at which <see cref="CopyStopped"/>'s run was stopped.</summary>
    public const int StoppedStep = 12;

    private static readonly string[] Things = ["apple", "pear", "plum", "fig", "hammer", "saw", "drill", "file", "paris", "rome", "oslo", "bern"];
    private static readonly string[] Fillers = ["the", "a", "big", "old", "new", "red"];
    private static readonly string[] Labels = ["fruit", "fruit", "fruit", "tool", "tool", "city"];

    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<ProcessResult> _finished;
    private readonly Lazy<ProcessResult> _undisturbed;
    private readonly Lazy<string> _stopped;
    private readonly Lazy<string> _compared;
    private readonly Lazy<PictureWorld> _pictures = new(() => new PictureWorld());

    public TinyWorld()
    {
        Libtorch.Load(1);
        string[] rows = [.. Enumerable.Range(0, 72).Select(Row)];
        _folder.Write("rows.csv", $"text,label\n{string.Join('\n', rows)}\n");
        _folder.Write("lines.txt", string.Join('\n', rows.Select(row => row.Split(',')[0])) + "\n");
        WriteModel();
        _finished = new(() => Ran([.. TrainArguments, "--json", "--out", "finished"]));
        _undisturbed = new(() => Ran([.. LongArguments, "--out", "undisturbed"]));
        _stopped = new(Stop);
        _compared = new(Compare);
    }

    /// <summary>A short training run, without <c>--out</c>.</summary>
    public static IReadOnlyList<string> TrainArguments { get; } =
    [
        "train", "--data", "rows.csv", "--model", "model", "--set", "input.max_length=32", "--set", "stages.0.lr=2e-3", "--set", "stages.0.batch_size=8", "--set", "stages.0.epochs=6",
    ];

    /// <summary>A run of 400 steps to interrupt, without <c>--out</c>.</summary>
    public static IReadOnlyList<string> LongArguments { get; } =
    [
        "train", "--data", "rows.csv", "--model", "model", "--set", "input.max_length=32", "--set", "stages.0.lr=1e-3", "--set", "stages.0.batch_size=8", "--set", "stages.0.epochs=null",
        "--set", "stages.0.steps=400", "--set", "stages.0.eval_every=30", "--set", "stages.0.patience=null", "--checkpoint-every", "7",
    ];

    /// <summary>The arguments of a comparison of one recipe and one seed, which is finished in <see cref="CopyCompared"/>'s copy.</summary>
    public static IReadOnlyList<string> CompareArguments { get; } =
        ["compare", "--data", "rows.csv", "--model", "model", "--recipes", "cls-tanh", "--set", "input.max_length=32", "--set", "stages.0.epochs=1", "--seeds", "1", "--out", "cmp"];

    /// <summary>Where the parts are.</summary>
    public string Path => _folder.Path;

    /// <summary>Pictures and a vision transformer.</summary>
    internal PictureWorld Pictures => _pictures.Value;

    /// <summary>Runs a command in this folder.</summary>
    internal ProcessResult Run(params IReadOnlyList<string> args) => TailorProcess.Run(args, input: null, Path);

    /// <summary>A path in the folder.</summary>
    public string In(params ReadOnlySpan<string> names) => System.IO.Path.Combine([Path, .. names]);

    /// <summary>The folder of a finished run of <see cref="TrainArguments"/>.</summary>
    /// <param name="printed">What it printed.</param>
    internal string Finished(out ProcessResult printed)
    {
        printed = _finished.Value;
        return In("finished");
    }

    /// <summary>The folder of a finished run of <see cref="LongArguments"/>.</summary>
    public string Undisturbed()
    {
        _ = _undisturbed.Value;
        return In("undisturbed");
    }

    /// <summary>Copies table and model.</summary>
    internal void CopyTo(TemporaryFolder place)
    {
        File.Copy(In("rows.csv"), place.In("rows.csv"));
        CopyFolder(In("model"), place.In("model"));
    }

    /// <summary>Copies a finished run; the table and the model are to be there already.</summary>
    internal void CopyFinished(TemporaryFolder place, string name) => CopyRun(Finished(out _), place, name);

    /// <summary>Copies a run that was stopped half way; the table and the model are to be there already.</summary>
    internal void CopyStopped(TemporaryFolder place, string name) => CopyRun(_stopped.Value, place, name);

    /// <summary>Copies the finished comparison of <see cref="CompareArguments"/>.</summary>
    internal void CopyCompared(TemporaryFolder place) => CopyFolder(_compared.Value, place.In("cmp"));

    /// <summary>A request on this table and this model.</summary>
    internal CompareRequest Comparing(string output, IReadOnlyList<long> seeds, IReadOnlyList<string> recipes, params IReadOnlyList<BaselineEntry> baselines) => new()
    {
        Data = In("rows.csv"),
        Model = In("model"),
        Recipes = recipes,
        Overrides = ["input.max_length=32", "stages.0.epochs=1"],
        Seeds = seeds,
        Baselines = baselines,
        Output = output,
    };

    public void Dispose()
    {
        _folder.Dispose();
        if (_pictures.IsValueCreated)
        {
            _pictures.Value.Dispose();
        }
    }

    private static string Row(int i)
    {
        string label = Labels[i % Labels.Length];
        int things = label switch { "fruit" => 0, "tool" => 4, _ => 8 };
        return $"{Fillers[i / 6 % 6]} {Fillers[i / 2 % 6]} {Things[things + (i * 7 % 4)]} {string.Join(' ', Fillers.Take((i * 5) % 7))} {i % 10},{label}";
    }

    internal static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = System.IO.Path.Combine(to, System.IO.Path.GetRelativePath(from, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private ProcessResult Ran(IReadOnlyList<string> args)
    {
        ProcessResult result = Run(args);
        return result.ExitCode == 0 ? result : throw new InvalidOperationException($"tailor {string.Join(' ', args)}: {result.Error}");
    }

    /// <summary>A run folder names its table and model by their full paths.</summary>
    private void CopyRun(string from, TemporaryFolder place, string name)
    {
        CopyFolder(from, place.In(name));
        string description = place.In(System.IO.Path.Combine(name, "run.json"));
        File.WriteAllText(description, File.ReadAllText(description).Replace(Path, place.Path, StringComparison.Ordinal));
    }

    private string Compare()
    {
        Comparison.Run(Comparing(In("compared"), [42], ["cls-tanh"]), progress: null, CancellationToken.None);
        return In("compared");
    }

    private void WriteModel()
    {
        WordPieceTokenizer tokenizer = WordPieceTokenizer.FromVocabulary(
            ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Things, .. Fillers, .. Enumerable.Range(0, 10).Select(digit => $"{digit}")], new BertNormalizerOptions { Lowercase = true });
        var config = new BertConfig { VocabularySize = tokenizer.VocabularySize, HiddenSize = 32, Layers = 2, Heads = 2, IntermediateSize = 64, MaxPositions = MaxLength, InitializerRange = 0.2 };
        using DisposeScope scope = NewDisposeScope();
        using TextBackbone backbone = TextBackbone.Create(config, tokenizer, 5);
        ModelDirectory.Save(In("model"), config.ToJson("BertForMaskedLM"), tokenizer, ModelDirectory.Weights(backbone.Parameters));
    }

    private string Stop()
    {
        using var stop = new CancellationTokenSource();
        string output = In("stopped");
        var request = new TrainRequest
        {
            Data = In("rows.csv"),
            Model = In("model"),
            Recipe = "cls-tanh",
            Overrides = [.. LongArguments.Where(argument => argument.Contains('=', StringComparison.Ordinal))],
            Output = output,
            CheckpointEvery = 7,
        };
        Runs.Train(request, new StopAfter(StoppedStep, stop), stop.Token);
        return output;
    }

    private sealed class StopAfter(long step, CancellationTokenSource stop) : IProgress<Tuning.TrainingEvent>
    {
        public void Report(Tuning.TrainingEvent value)
        {
            if (value is Tuning.StepDone done && done.Step == step)
            {
                stop.Cancel();
            }
        }
    }
}
