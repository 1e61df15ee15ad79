using System.CommandLine;
using System.Globalization;
using Tailor.Engine;

namespace Tailor.Bench;

/// <summary><c>reuse</c>: an epoch of stages with layers that stand still, with what they give kept and computed anew.</summary>
internal sealed class ReuseCommand : Command
{
    private readonly Option<string[]> _case = new("--case") { Description = "Of linear-probe, two-stage, lpt (default: all).", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
    private readonly Option<int> _threads = new("--threads") { Description = "Threads to compute with.", HelpName = "N", DefaultValueFactory = _ => Environment.ProcessorCount };
    private readonly RoundsOption _rounds = new("Epochs of each side, taken in turn after one that is not counted.", 5);
    private readonly Option<string> _shared = BenchOptions.Shared();

    public ReuseCommand()
        : base("reuse", "Shows what it gives to run layers that stand still once.")
    {
        Add(_case);
        Add(_threads);
        Add(_rounds);
        Add(_shared);
        SetAction(Run);
    }

    private void Run(ParseResult parsed)
    {
        string[] chosen = parsed.GetValue(_case) ?? [];
        int rounds = _rounds.Get(parsed);
        Libtorch.Load(parsed.GetValue(_threads));
        LibtorchFacts facts = Libtorch.Facts();
        Console.WriteLine($"{facts.Processor}, {facts.Threads} threads, {facts.Arithmetic}, libtorch {facts.Version}; milliseconds of an epoch\n");
        Console.WriteLine("| case | kept: best | median | computed anew: best | median | ratio of best | of median |\n|---|---:|---:|---:|---:|---:|---:|");
        foreach (ReuseCase one in ReuseCase.All.Where(c => chosen.Length == 0 || chosen.Contains(c.Name)))
        {
            if (one.Lack(parsed.GetValue(_shared)!) is { } lack)
            {
                Console.WriteLine($"| {one.Name}: skipped, {lack} | | | | | | |");
                continue;
            }

            foreach ((string name, double[] kept, double[] anew) in one.Measure(parsed.GetValue(_shared)!, rounds))
            {
                (Rounds own, Rounds other) = (new Rounds(kept), new Rounds(anew));
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {name} | {own.Best:F1} | {own.Median:F1} | {other.Best:F1} | {other.Median:F1} | {other.Best / own.Best:F2} | {other.Median / own.Median:F2} |"));
            }
        }
    }
}
