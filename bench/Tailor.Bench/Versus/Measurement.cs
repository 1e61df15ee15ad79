using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using Tailor.Engine;

namespace Tailor.Bench;

/// <summary>What one process measured.</summary>
internal sealed record Measurement
{
    /// <summary>Milliseconds of every step, warm-up included.</summary>
    public required double[] Milliseconds { get; init; }

    /// <summary>The loss of every step, of inference the mean size of its answers' entries, when the side tells it.</summary>
    public double[]? Losses { get; init; }

    /// <summary>Real tokens of all steps, as the side counted them.</summary>
    public required long Tokens { get; init; }

    /// <summary>The process's largest resident memory, in bytes.</summary>
    public required long PeakBytes { get; init; }

    /// <summary>What ran: versions, instruction set and the like.</summary>
    public required Dictionary<string, string> Versions { get; init; }

    /// <summary>Runs a workload's steps in this process.</summary>
    /// <param name="workload">The batches.</param>
    /// <param name="make">Makes the side's step.</param>
    public static Measurement Take(Workload workload, Func<Workload, ISideStep> make)
    {
        Libtorch.Load(workload.Threads);
        using ISideStep step = make(workload);

        // What making the model left on the managed heap is no part of a step.
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        double[] milliseconds = new double[workload.Batches.Length], losses = new double[milliseconds.Length];
        for (int i = 0; i < milliseconds.Length; i++)
        {
            step.Prepare(i);
            long start = Stopwatch.GetTimestamp();
            losses[i] = step.Run();
            milliseconds[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        using var self = Process.GetCurrentProcess();
        return new Measurement
        {
            Milliseconds = milliseconds,
            Losses = losses,
            Tokens = workload.TokensPerStep().Sum(t => (long)t),
            PeakBytes = self.PeakWorkingSet64,
            Versions = OwnVersions(),
        };
    }

    /// <summary>The figures that are reported.</summary>
    /// <param name="workload">The batches that were run.</param>
    public StepFigures Figures(Workload workload)
    {
        double[] counted = Milliseconds[workload.WarmUp..];
        double[] sorted = [.. counted.Order()];
        double median = Middle(sorted);

        // A machine may sleep: a step it slept through counts as five.
        double seconds = counted.Sum(t => Math.Min(t, 5 * median)) / 1000;
        double? loss = Losses is null ? null : Losses[workload.WarmUp..].Average();
        return new StepFigures(sorted[0], median, workload.TokensPerStep()[workload.WarmUp..].Sum() / seconds, PeakBytes, loss);
    }

    /// <summary>The middle of sorted values; the mean of the two middle ones when their number is even.</summary>
    public static double Middle(double[] sorted) => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;

    private static Dictionary<string, string> OwnVersions()
    {
        LibtorchFacts facts = Libtorch.Facts();
        string torchSharp = typeof(TorchSharp.torch).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";
        return new()
        {
            ["processor"] = facts.Processor,
            ["processors"] = $"{facts.Processors}",
            ["threads"] = $"{facts.Threads}",
            ["instruction set"] = $"{facts.Arithmetic}, .NET vectors of {facts.VectorBits} bits",
            ["libtorch"] = facts.Version,
            ["TorchSharp"] = torchSharp,
            ["runtime"] = RuntimeInformation.FrameworkDescription,
            ["allocator"] = facts.Allocator,
        };
    }
}

/// <summary>The figures of one measurement.</summary>
/// <param name="Best">The fastest counted step, in milliseconds.</param>
/// <param name="Median">The median step, in milliseconds.</param>
/// <param name="TokensPerSecond">Real (not padding) tokens of the counted steps over their time.</param>
/// <param name="PeakBytes">The largest resident memory, in bytes.</param>
/// <param name="Loss">The mean loss of the counted steps, or of their answers' entries, when known: sides that compute the same show about the same.</param>
internal sealed record StepFigures(double Best, double Median, double TokensPerSecond, long PeakBytes, double? Loss);
