using System.CommandLine;
using System.Globalization;
using Tailor.Foundation;

namespace Tailor.Bench;

/// <summary><c>scale</c>: how time and memory grow with tokens, length, classes, rows and threads.</summary>
internal sealed class ScaleCommand : Command
{
    private static readonly string[] Axes = ["tokens", "length", "classes", "threads", "rows"];

    private readonly Option<string[]> _axis = new("--axis") { Description = $"What to vary, of {string.Join(", ", Axes)} (default: all).", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
    private readonly Option<int> _steps = new("--steps") { Description = "Counted steps of a point.", HelpName = "N", DefaultValueFactory = _ => 5 };
    private readonly Option<int> _threads = new("--threads") { Description = "Threads, where they are not varied.", HelpName = "N", DefaultValueFactory = _ => Environment.ProcessorCount };
    private readonly Option<int> _rows = new("--most-rows") { Description = "Rows of the largest table, from 10 000.", HelpName = "N", DefaultValueFactory = _ => 10_000_000 };
    private readonly Option<string?> _svg = new("--svg") { Description = "Also draw the curves.", HelpName = "FILE" };

    public ScaleCommand()
        : base("scale", "Shows how the time and the memory of a training step and of reading grow.")
    {
        _axis.AcceptOnlyFromAmong(Axes);
        Add(_axis);
        Add(_steps);
        Add(_threads);
        Add(_rows);
        Add(_svg);
        SetAction(Run);
    }

    private void Run(ParseResult parsed)
    {
        (int steps, int threads, int rows) = (parsed.GetValue(_steps), parsed.GetValue(_threads), parsed.GetValue(_rows));
        if (steps < 1 || threads < 1 || rows < 10_000)
        {
            throw new InputException("--steps and --threads take a number of at least 1, --most-rows of at least 10000");
        }

        string[] chosen = parsed.GetValue(_axis) is { Length: > 0 } given ? given : Axes;
        string folder = Directory.CreateTempSubdirectory("tailor-bench-").FullName;
        List<Sweep> sweeps = [];
        try
        {
            var all = new ScaleSweeps(new CaseSettings("", steps, threads) { Scratch = folder }, rows).All;
            sweeps.AddRange(chosen.SelectMany(axis => all[axis]()));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        foreach (Sweep sweep in sweeps)
        {
            Show(sweep);
        }

        if (parsed.GetValue(_svg) is { } svg)
        {
            AtomicFile.WriteText(svg, LogLogChart.Of(sweeps));
        }
    }

    private static void Show(Sweep sweep)
    {
        Console.WriteLine($"\n| {sweep.Name} | best ms | peak MiB | slope of time | of memory |\n|---:|---:|---:|---:|---:|");
        for (int i = 0; i < sweep.Points.Count; i++)
        {
            ScalePoint point = sweep.Points[i];
            var step = i == 0 ? null : sweep with { Points = [sweep.Points[i - 1], point] };
            string slopes = step is null ? " | " : string.Create(CultureInfo.InvariantCulture, $"{step.Slope(p => p.Milliseconds):F2} | {step.Slope(p => p.PeakBytes):F2}");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {point.Size:N0} | {point.Milliseconds:F1} | {point.PeakBytes / (1 << 20):F0} | {slopes} |"));
        }

        if (sweep.Points.Count > 1)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| all | | | {sweep.Slope(p => p.Milliseconds):F2} | {sweep.Slope(p => p.PeakBytes):F2} |"));
        }
    }
}
