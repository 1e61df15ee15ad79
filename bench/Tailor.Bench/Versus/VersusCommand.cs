using System.CommandLine;
using Tailor.Foundation;

namespace Tailor.Bench;

/// <summary><c>versus</c>: the training step of Tailor, of plain TorchSharp and of PyTorch, alternately, each in a fresh process.</summary>
internal sealed class VersusCommand : Command
{
    private const string PyTorch = "PyTorch";

    private readonly BenchOptions _common = new();
    private readonly RoundsOption _rounds = new("Measurements of each side.", 7);
    private readonly Option<string> _python = new("--python") { Description = "The Python that has PyTorch.", DefaultValueFactory = _ => "/usr/bin/python3" };
    private readonly Option<string?> _json = new("--json") { Description = "Also write the results as JSON.", HelpName = "FILE" };
    private readonly Option<string?> _markdown = new("--markdown") { Description = "Also write the tables as Markdown.", HelpName = "FILE" };

    public VersusCommand()
        : base("versus", "Compares training steps with plain TorchSharp and with PyTorch.")
    {
        _common.AddTo(this);
        Add(_rounds);
        Add(_python);
        Add(_json);
        Add(_markdown);
        SetAction(Run);
    }

    private void Run(ParseResult parsed)
    {
        CaseSettings settings = _common.Settings(parsed);
        int rounds = _rounds.Get(parsed);

        IReadOnlyList<BenchCase> cases = _common.Cases(parsed);
        var report = new VersusReport("dotnet run -c Release --project bench/Tailor.Bench -- " + string.Join(' ', Environment.GetCommandLineArgs()[1..]), [], [], []);
        var peer = new PyTorchPeer(parsed.GetValue(_python)!);
        string? lack = peer.Lack();
        if (lack is not null)
        {
            Skip(report, $"{PyTorch}: {lack}");
        }

        string folder = Directory.CreateTempSubdirectory("tailor-bench-").FullName;
        try
        {
            foreach (BenchCase one in cases)
            {
                RunCase(one, settings, rounds, lack is null ? peer : null, Path.Combine(folder, one.Name + ".json"), report);

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

    private static void RunCase(BenchCase one, CaseSettings settings, int rounds, PyTorchPeer? peer, string workloadFile, VersusReport report)
    {
        if (one.Prepare(settings, out string? lack) is not { } workload)
        {
            Skip(report, $"{one.Name}: {lack}");
            return;
        }

        workload.Write(workloadFile);
        var sides = MeasureCommand.Sides.Keys.ToDictionary(side => side, side => (Func<Measurement>)(() => MeasureCommand.Run(side, workloadFile)));
        if (peer is not null)
        {
            if (one.PeerArguments(settings, workload, workloadFile, out lack) is { } script)
            {
                sides[PyTorch] = () => peer.Measure(workloadFile, script);
            }
            else
            {
                Skip(report, $"{one.Name} in {PyTorch}: {lack}");
            }
        }

        var result = new CaseResult
        {
            Name = one.Name,
            Description = one.Description,
            Steps = workload.Batches.Length - workload.WarmUp,
            Rounds = sides.Keys.ToDictionary(side => side, _ => new List<StepFigures>()),
        };
        string[] order = [.. sides.Keys];
        for (int round = 0; round < rounds; round++)
        {
            // Each round begins with another side, so that none always runs after the same one.
            for (int i = 0; i < order.Length; i++)
            {
                string side = order[(round + i) % order.Length];
                Measurement measured = sides[side]();
                RequireSameBatches(side, workload, measured);
                StepFigures figures = measured.Figures(workload);
                result.Rounds[side].Add(figures);
                report.Machine.TryAdd(side, measured.Versions);
                string place = $"{one.Name} round {round + 1}/{rounds} {side}";
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
                + $"which has {workload.Batches.Length} of {tokens}; the sides must train on the same batches");
        }
    }

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
