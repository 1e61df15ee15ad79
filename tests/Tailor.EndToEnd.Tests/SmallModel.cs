namespace Tailor.EndToEnd.Tests;

/// <summary>A small pretrained model and a small data set, made once by the program itself and shared by the tests that need them.</summary>
public sealed class SmallModel : IDisposable
{
    private static readonly string[] Subjects = ["printer", "laptop", "password", "invoice"];
    private readonly TemporaryFolder _folder = new();

    public SmallModel()
    {
        Succeed("demo", "--write-corpus", _folder.In("corpus.txt"), "--sentences", "400");
        Succeed("pretrain", "--text", _folder.In("corpus.txt"), "--vocab-size", "400", "--layers", "2", "--hidden", "32", "--heads", "2", "--max-length", "48", "--steps", "20", "--out", _folder.In("pretrained"), "--quiet");
        Data = _folder.Write("data.csv", "text,label\n" + string.Concat(Enumerable.Range(0, 96).Select(Row)));
    }

    /// <summary>A Hugging Face directory.</summary>
    public string Model => Path.Combine(_folder.Path, "pretrained", "model");

    /// <summary>The folder of the pretraining run.</summary>
    public string PretrainingRun => _folder.In("pretrained");

    /// <summary>A table of four classes.</summary>
    public string Data { get; }

    /// <summary>The arguments of a training run of some seconds.</summary>
    public string[] Train(string output, params string[] more) =>
        ["train", "--data", Data, "--model", Model, "--recipe", "cls-tanh", "--out", output, "--set", "input.max_length=48", "--set", "stages.0.lr=1e-3", "--set", "stages.0.eval_every=10", "--set", "stages.0.patience=null", .. more];

    /// <summary>Runs a command that must succeed.</summary>
    internal static ProcessResult Succeed(params string[] args)
    {
        ProcessResult result = TailorProcess.Run(args);
        Assert.True(result.ExitCode == 0, $"tailor {string.Join(' ', args)} ended with {result.ExitCode}: {result.Error}");
        return result;
    }

    public void Dispose() => _folder.Dispose();

    private static string Row(int i)
    {
        // Class k has fewer rows the higher k is.
        int label = i % 12 < 6 ? 0 : i % 12 < 9 ? 1 : i % 12 < 11 ? 2 : 3;
        return $"\"Hello, my {Subjects[label]} number {i} does not work in building {(char)('A' + (i % 5))}\",{Subjects[label]}\n";
    }
}
