using System.CommandLine;
using System.Diagnostics;
using Tailor.Engine;
using Tailor.Tuning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Bench;

/// <summary><c>parts</c>: where the time of Tailor's training step goes, by timing its parts alone at the shapes of a batch.</summary>
internal sealed class PartsCommand : Command
{
    private readonly BenchOptions _common = new();

    public PartsCommand()
        : base("parts", "Shows where the time of a training step goes.")
    {
        _common.AddTo(this);
        SetAction(Run);
    }

    private void Run(ParseResult parsed)
    {
        CaseSettings settings = _common.Settings(parsed);
        Libtorch.Load(settings.Threads);
        LibtorchFacts facts = Libtorch.Facts();
        Console.WriteLine($"{facts.Processor}, {facts.Threads} threads, {facts.Arithmetic}, libtorch {facts.Version}; best of the runs, milliseconds");
        foreach (BenchCase one in _common.Cases(parsed))
        {
            if (one.Prepare(settings, out string? lack) is { } workload)
            {
                Show(one, workload);
            }
            else
            {
                Console.WriteLine($"skipped: {one.Name}: {lack}");
            }
        }
    }

    private static void Show(BenchCase one, Workload workload)
    {
        // The batch in the middle by tokens stands for all.
        int[] tokens = workload.TokensPerStep();
        int middle = Enumerable.Range(0, tokens.Length).OrderBy(i => tokens[i]).ElementAt(tokens.Length / 2);
        (int[][] sequences, int[] labels) = workload.Batch(middle);
        int repeats = workload.Batches.Length - workload.WarmUp;
        (double whole, double optimizer, double updated) = TimeStep(workload, sequences, labels, repeats);
        Console.WriteLine($"\n{one.Name}: {one.Description}; a batch of {sequences.Length} sequences, {tokens[middle]} tokens\n");
        Console.WriteLine("| part | a step | forward | backward | in a step | share | rate |\n|---|---:|---:|---:|---:|---:|---:|");
        double sum = optimizer;
        using (NewDisposeScope())
        {
            foreach (Part part in new StepParts(workload, sequences.Select(ids => ids.Length).ToArray()).All().Where(part => part.PerStep > 0))
            {
                (double forward, double backward) = part.Time(repeats);
                double all = part.PerStep * (forward + backward);
                sum += all;
                string rate = part.Operations > 0 ? $"{part.Operations / (forward + backward) / 1e6:F0} GFLOP/s" : $"{part.Bytes / (forward + backward) / 1e6:F1} GB/s";
                Console.WriteLine($"| {part.Name} | {part.PerStep} | {forward:F2} | {backward:F2} | {all:F1} | {all / whole:P1} | {rate} |");
            }
        }

        Console.WriteLine($"| optimizer with clipping | 1 | - | - | {optimizer:F1} | {optimizer / whole:P1} | {updated / optimizer / 1e6:F1} GB/s |");
        Console.WriteLine($"| rest | | | | {whole - sum:F1} | {(whole - sum) / whole:P1} | |");
        Console.WriteLine($"| whole step | | | | {whole:F1} | {1:P1} | |");
    }

    /// <summary>Times whole steps on one batch, and the update within them.</summary>
    /// <returns>The best step and the best update in milliseconds, and the bytes that an update has to read and write.</returns>
    private static (double Whole, double Optimizer, double Bytes) TimeStep(Workload workload, int[][] sequences, int[] labels, int repeats)
    {
        using var step = new TailorStep(workload);
        step.Prepare(sequences, labels);
        (double whole, double optimizer) = (double.PositiveInfinity, double.PositiveInfinity);
        for (int i = 0; i < workload.WarmUp + repeats; i++)
        {
            long start = Stopwatch.GetTimestamp();
            double denominator;
            using (NewDisposeScope())
            {
                LossParts loss = step.Forward();
                denominator = loss.Denominator;
                loss.Numerator.backward();
            }

            long update = Stopwatch.GetTimestamp();
            step.Update(denominator);
            if (i >= workload.WarmUp)
            {
                whole = Math.Min(whole, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                optimizer = Math.Min(optimizer, Stopwatch.GetElapsedTime(update).TotalMilliseconds);
            }
        }

        // The gradient is read for the norm and again for the update; weight and both moments are read and written. Of a table, only rows of the batch.
        long rows = sequences.SelectMany(ids => ids).Distinct().Count() + sequences.Max(ids => ids.Length) + 1;
        long values = step.Parameters.Sum(p => p.Rows is null ? p.Count : 0) + (rows * workload.Shape.HiddenSize);
        return (whole, optimizer, 8.0 * sizeof(float) * values);
    }
}
