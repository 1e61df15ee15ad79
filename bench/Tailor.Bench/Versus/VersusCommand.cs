using System.CommandLine;
using Tailor.Foundation;

namespace Tailor.Bench;

/// <summary><c>versus</c>: the steps of Tailor, of plain TorchSharp and of PyTorch, in fp32 and bf16, alternately, each in a fresh process.</summary>
internal sealed class VersusCommand : Command
{
    private readonly BenchOptions _common = new();
    private readonly RoundsOption _rounds = new("Measurements of each side.", 7);
    private readonly SideOptions _sides = new();
    private readonly Option<string?> _json = new("--json") { Description = "Also write the results as JSON.", HelpName = "FILE" };
    private readonly Option<string?> _markdown = new("--markdown") { Description = "Also write the tables as Markdown.", HelpName = "FILE" };

    public VersusCommand()
        : base("versus", "Compares training and inference with plain TorchSharp and with PyTorch, in fp32 and bf16.")
    {
        _common.AddTo(this);
        Add(_rounds);
        _sides.AddTo(this);
        Add(_json);
        Add(_markdown);
        SetAction(Run);
    }

    private void Run(ParseResult parsed)
    {
        int rounds = _rounds.Get(parsed);
        IReadOnlyList<BenchCase> cases = _common.Cases(parsed);
        var report = new VersusReport("dotnet run -c Release --project bench/Tailor.Bench -- " + string.Join(' ', Environment.GetCommandLineArgs()[1..].Select(Quoted)), [], [], []);
        List<Side> sides = _sides.Chosen(parsed, what => Skip(report, what));
        string folder = Directory.CreateTempSubdirectory("tailor-bench-").FullName;
        CaseSettings settings = _common.Settings(parsed) with { Scratch = folder };
        try
        {
            foreach (BenchCase one in cases)
            {
                RunCase(one, settings, rounds, sides, Path.Combine(folder, one.Name + ".json"), report);

                // After every case: a run takes long, and what it has must not be lost with it.
                WriteTo(parsed.GetValue(_json), report.ToJson);
                WriteTo(parsed.GetValue(_markdown), report.ToMarkdown);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Console.WriteLine();
        Console.Write(report.ToMarkdown());
    }

    private static void RunCase(BenchCase one, CaseSettings settings, int rounds, List<Side> sides, string workloadFile, VersusReport report)
    {
        if (one.Prepare(settings, out string? lack) is not { } workload)
        {
            Skip(report, $"{one.Name}: {lack}");
            return;
        }

        sides = [.. sides.Where(side => side.Does(workload.Kind))];
        if (sides.Count == 0)
        {
            Skip(report, $"{one.Name}: none of the sides has such steps");
            return;
        }

        workload.Write(workloadFile);
        var result = new CaseResult
        {
            Name = one.Name,
            Description = one.Description,
            Steps = workload.Batches.Length - workload.WarmUp,
            Rounds = sides.ToDictionary(side => side.Name, _ => new List<StepFigures>()),
        };
        for (int round = 0; round < rounds; round++)
        {
            // Each round begins with another side, so that none always runs after the same one.
            for (int i = 0; i < sides.Count; i++)
            {
                Side side = sides[(round + i) % sides.Count];
                Measurement measured = side.Measure(workloadFile);
                RequireSameBatches(side.Name, workload, measured);
                StepFigures figures = measured.Figures(workload);
                result.Rounds[side.Name].Add(figures);
                report.Machine.TryAdd(side.Name, measured.Versions);
                string place = $"{one.Name} round {round + 1}/{rounds} {side.Name}";
                Console.WriteLine($"{place}: best {figures.Best:F1} median {figures.Median:F1} ms, {figures.TokensPerSecond:F0} real tokens/s, {figures.PeakBytes >> 20} MiB");
            }
        }

        report.Cases.Add(result);
    }

    private static void RequireSameBatches(string side, Workload workload, Measurement measured)
    {
        long tokens = workload.TokensPerStep().Sum(t => (long)t);
        if (measured.Milliseconds.Length != workload.Batches.Length || measured.Tokens != tokens)
        {
            throw new InputException(
                $"{side} ran {measured.Milliseconds.Length} steps of {measured.Tokens} real tokens on {workload.Name}, "
                + $"which has {workload.Batches.Length} of {tokens}; the sides must run the same batches");
        }
    }

    private static string Quoted(string argument) => argument.Contains(' ') ? $"\"{argument}\"" : argument;

    private static void Skip(VersusReport report, string what)
    {
        report.Skipped.Add(what);
        Console.WriteLine($"skipped: {what}");
    }

    private static void WriteTo(string? path, Func<string> text)
    {
        if (path is not null)
        {
            AtomicFile.WriteText(path, text());
        }
    }
}
