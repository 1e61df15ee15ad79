using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Text.Json.Nodes;
using Tailor.Engine;
using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor;

/// <summary>How a comparison shares the threads of the machine out.</summary>
/// <param name="Jobs">How many runs go on at once.</param>
/// <param name="Threads">The threads of each: the bits of its results depend on them, and on nothing else here.</param>
/// <param name="Why">What is worth saying about it, or null.</param>
internal readonly record struct RunsAtOnce(int Jobs, int Threads, string? Why)
{
    /// <summary>Several at once must be so many times as fast; a smaller gain may be chance.</summary>
    private const double WorthIt = 1.08;

    /// <summary>How often the steps are timed each way, in turn; of each step the best counts: some wait for code to be compiled, and for whatever else the machine does.</summary>
    private const int Rounds = 3;

    /// <summary>Models of runs at once may take a part of the memory: their activations, and others, need the rest.</summary>
    private const int PartOfMemory = 4;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(0.5);

    /// <summary>Decides: what was asked for; else as the comparison was begun; else what the first steps of its first run say.</summary>
    /// <param name="request">The request.</param>
    /// <param name="begun">The runs that the comparison may have begun.</param>
    /// <param name="mine">The runs of this call.</param>
    /// <param name="data">The dataset.</param>
    /// <param name="stop">Ends the measuring.</param>
    public static RunsAtOnce Choose(CompareRequest request, IEnumerable<RunFolder> begun, IReadOnlyList<PlannedRun> mine, RunData data, CancellationToken stop)
    {
        int all = Libtorch.Threads;
        PlannedRun[] recipes = [.. mine.Where(run => !run.Entry.IsBaseline)];
        int? before = recipes.Length == 0 ? null : begun.Select(ThreadsOf).FirstOrDefault(threads => threads is not null);
        if (request.Jobs is { } asked)
        {
            return Said(new(asked, Math.Max(1, all / asked), null), before);
        }

        if (before is { } then)
        {
            return Said(new(all / Math.Min(then, all), Math.Min(then, all), null), before);
        }

        var alone = new RunsAtOnce(1, all, null);
        return all == 1 || recipes.Length < 2 || ComputeDevice.Find(request.Device).type != TorchSharp.DeviceType.CPU ? alone : Measure(request, alone, Math.Min(all, recipes.Length), recipes, data, stop);
    }

    private static RunsAtOnce Measure(CompareRequest request, RunsAtOnce alone, int jobs, PlannedRun[] recipes, RunData data, CancellationToken stop)
    {
        // Stages that train everything are what takes time.
        FirstSteps first = recipes.Select(run => run.Entry.Steps(run.Seed, request, data)).OfType<FirstSteps>().OrderBy(steps => steps.TrainsAll ? 0 : 1).First();
        int threads = alone.Threads / jobs;
        if (first.Time(null, Window, () => { }, stop) is not { } one || one.Bytes * jobs > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / PartOfMemory)
        {
            return alone;
        }

        double[] once = one.Seconds, several = [.. once.Select(_ => double.PositiveInfinity)];
        for (int round = 0; round < Rounds; round++)
        {
            if (Together(first, jobs, threads, once.Length, stop) is not { } together || first.Time(once.Length, Window, () => { }, stop) is not { } again)
            {
                return alone;
            }

            for (int i = 0; i < once.Length; i++)
            {
                several[i] = Math.Min(several[i], together[i]);
                once[i] = Math.Min(once[i], again.Seconds[i]);
            }
        }

        double gain = jobs * once.Sum() / several.Sum();
        string by = string.Create(CultureInfo.InvariantCulture, $"{gain:F2} times as fast as one after another with {Count(alone.Threads)} by their first steps");
        return gain >= WorthIt
            ? new(jobs, threads, $"{jobs} runs at once, {Count(threads)} each: {by}")
            : alone with { Why = $"one run after another, as {jobs} at once would be {by}" };
    }

    /// <summary>Seconds of the same steps in several runs at once, the mean over the runs; null when a run has no such steps.</summary>
    private static double[]? Together(FirstSteps first, int jobs, int threads, int steps, CancellationToken stop)
    {
        double[]?[] seconds = new double[jobs][];
        ExceptionDispatchInfo? fault = null;
        using var ready = new Barrier(jobs);
        Thread[] others = [.. Enumerable.Range(0, jobs).Select(i => new Thread(() =>
        {
            bool waited = false;
            try
            {
                Libtorch.Load(threads);
                seconds[i] = first.Time(steps, Window, Wait, stop)?.Seconds;
            }
#pragma warning disable CA1031 // Thrown again by who waits.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                fault ??= ExceptionDispatchInfo.Capture(exception);
            }

            if (!waited)
            {
                ready.RemoveParticipant();
            }

            void Wait()
            {
                ready.SignalAndWait(stop);
                waited = true;
            }
        }))];
        Array.ForEach(others, thread => thread.Start());
        Array.ForEach(others, thread => thread.Join());
        fault?.Throw();
        return Array.Exists(seconds, run => run?.Length != steps) ? null : [.. Enumerable.Range(0, steps).Select(step => seconds.Average(run => run![step]))];
    }

    private static RunsAtOnce Said(RunsAtOnce chosen, int? before) => before is { } then && then != chosen.Threads
        ? chosen with { Why = $"earlier runs of this comparison had {Count(then)} each, these have {Count(chosen.Threads)}: the results will be sound but their bits may differ from those of the same runs with {Count(then)}" }
        : chosen;

    private static string Count(int threads) => threads == 1 ? "1 thread" : $"{threads} threads";

    private static int? ThreadsOf(RunFolder run) => File.Exists(run.Description) && run.ReadDescription()["threads"] is JsonValue threads && threads.TryGetValue(out int number) && number > 0 ? number : null;
}
