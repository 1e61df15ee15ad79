using Tailor.Foundation;

namespace Tailor.Bench;

/// <summary>The sweeps of <c>scale</c>; every point is measured in a process of its own.</summary>
/// <param name="settings">Threads, and steps of a point.</param>
/// <param name="mostRows">Rows of the largest table.</param>
internal sealed class ScaleSweeps(CaseSettings settings, int mostRows)
{
    private const int WarmUp = 2, Length = 64, Sequences = 16, Tokens = 2048;

    /// <summary>Names and measurements.</summary>
    public IReadOnlyDictionary<string, Func<IEnumerable<Sweep>>> All => new Dictionary<string, Func<IEnumerable<Sweep>>>
    {
        ["tokens"] = () => [Steps("tokens per batch, sequences of 64", [1, 2, 4, 8, 16, 32, 64], n => n * Length, n => Step(n, Length))],
        ["length"] = () => [Steps($"tokens of a sequence, {Tokens} a batch", [16, 32, 64, 128, 256, 512], n => n, n => Step(Tokens / n, n))],
        ["classes"] = () => [Steps("classes, 16 sequences of 64", [2, 10, 100, 1000, 10_000], n => n, n => Step(Sequences, Length, n))],
        ["threads"] = () => [Steps("threads, 16 sequences of 64", [.. Threads()], n => n, n => Step(Sequences, Length, threads: n))],
        ["rows"] = Rows,
    };

    private static IEnumerable<int> Threads()
    {
        for (int threads = 1; threads <= Environment.ProcessorCount; threads *= 2)
        {
            yield return threads;
        }
    }

    private static Sweep Steps(string varied, int[] sizes, Func<int, double> size, Func<int, StepFigures> measure) => new(
        $"step of MiniLM by {varied}",
        [.. sizes.Select(n =>
        {
            StepFigures figures = measure(n);
            Console.WriteLine($"{varied}: {size(n)}: {figures.Best:F1} ms, {figures.PeakBytes >> 20} MiB");
            return new ScalePoint(size(n), figures.Best, figures.PeakBytes);
        })]);

    private StepFigures Step(int sequences, int length, int classes = 52, int? threads = null)
    {
        var one = new FixedLengthCase("scale", BenchCase.MiniLmShape, sequences, length, WarmUp, steps: 5) { Classes = classes };
        Workload workload = one.Prepare(settings with { Threads = threads ?? settings.Threads }, out _)!;
        string file = Path.Combine(settings.Scratch, "scale.json");
        workload.Write(file);
        return MeasureCommand.Run(Side.Tailor, file).Figures(workload);
    }

    /// <summary>A table is streamed; a stage's plan holds a few numbers a row.</summary>
    private IEnumerable<Sweep> Rows()
    {
        List<ScalePoint> inspect = [], schedule = [];
        for (long rows = 1000; rows <= mostRows; rows *= 10)
        {
            string file = Path.Combine(settings.Scratch, "rows.csv");
            GeneratedTable.Write(file, (int)rows);
            inspect.Add(Point("inspect", file));
            schedule.Add(Point("schedule", $"{rows}"));
            File.Delete(file);

            ScalePoint Point(string kind, string subject)
            {
                RowFigures figures = RowWork.Measure(kind, subject);
                Console.WriteLine($"{kind}: {rows} rows: {figures.Milliseconds:F0} ms, {figures.PeakBytes >> 20} MiB");
                return figures.Rows == rows ? new ScalePoint(rows, figures.Milliseconds, figures.PeakBytes) : throw new InputException($"{kind} saw {figures.Rows} of {rows} rows");
            }
        }

        return [new Sweep("inspect of a table by rows", inspect), new Sweep("plan of a stage by training rows", schedule)];
    }
}
