using System.CommandLine;
using System.Diagnostics;
using System.Globalization;

namespace Tailor.Bench;

/// <summary><c>busy</c>: how much longer a step takes while one other process computes without a pause.</summary>
internal sealed class BusyCommand : Command
{
    private readonly BenchOptions _common = new();
    private readonly SideOptions _sides = new(Side.Tailor);
    private readonly RoundsOption _rounds = new("Measurements alone and beside the busy process, in turn.", 5);

    public BusyCommand()
        : base("busy", "Times a step alone and beside one busy process.")
    {
        _common.AddTo(this);
        Add(_rounds);
        _sides.AddTo(this);
        SetAction(Run);
    }

    private void Run(ParseResult parsed)
    {
        int rounds = _rounds.Get(parsed);
        string folder = Directory.CreateTempSubdirectory("tailor-bench-").FullName;
        CaseSettings settings = _common.Settings(parsed) with { Scratch = folder };
        try
        {
            List<Side> sides = _sides.Chosen(parsed, Console.WriteLine);
            Console.WriteLine("| case | side | alone: best ms | median | beside a busy process: best | median | ratio of best | of median |\n|---|---|---:|---:|---:|---:|---:|---:|");
            foreach (BenchCase one in _common.Cases(parsed))
            {
                if (one.Prepare(settings, out string? lack) is not { } workload)
                {
                    Console.WriteLine($"| {one.Name}: skipped, {lack} | | | | | | | |");
                    continue;
                }

                string file = Path.Combine(folder, one.Name + ".json");
                workload.Write(file);
                foreach (Side side in sides.Where(side => side.Does(workload.Kind)))
                {
                    Console.WriteLine(Row(side, workload, file, rounds));
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Row(Side side, Workload workload, string file, int rounds)
    {
        List<StepFigures> alone = [], beside = [];
        for (int round = 0; round < rounds; round++)
        {
            alone.Add(side.Measure(file).Figures(workload));
            using Process spinner = ChildProcess.StartSelf("spin");
            try
            {
                beside.Add(side.Measure(file).Figures(workload));
            }
            finally
            {
                spinner.Kill();
                spinner.WaitForExit();
            }
        }

        (double best, double median) = (alone.Min(f => f.Best), CaseResult.Median(alone.Select(f => f.Median)));
        (double slowBest, double slowMedian) = (beside.Min(f => f.Best), CaseResult.Median(beside.Select(f => f.Median)));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {workload.Name} | {side.Name} | {best:F1} | {median:F1} | {slowBest:F1} | {slowMedian:F1} | {slowBest / best:F2} | {slowMedian / median:F2} |");
    }
}
