using System.Runtime.ExceptionServices;
using Tailor.Engine;
using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor;

/// <summary>
/// Does the runs of a comparison, several at once on threads of their own where that was decided. What a run comes to does not depend on what runs beside it. Baselines run one at a time: they share what they have read.
/// A run that diverges leaves the others alone; any other failure stops them after the step they are at, with their state saved.
/// </summary>
internal sealed class ComparisonWork : IDisposable
{
    private readonly CompareRequest _request;
    private readonly RunData _data;
    private readonly RunsAtOnce _atOnce;
    private readonly IProgress<ComparisonEvent>? _progress;
    private readonly CancellationTokenSource _end;
    private readonly Lock _gate = new(), _telling = new();
    private readonly List<(PlannedRun Run, int Number)> _waiting;
    private readonly List<(int Number, FailedRun Run)> _failures = [];
    private readonly int _count;
    private bool _baselineRuns, _stopped;
    private ExceptionDispatchInfo? _fault;

    /// <summary>Makes ready.</summary>
    /// <param name="request">The comparison.</param>
    /// <param name="data">The dataset.</param>
    /// <param name="runs">The runs to do, in order.</param>
    /// <param name="atOnce">How many at once.</param>
    /// <param name="progress">Told what happens, from one thread at a time; or null.</param>
    /// <param name="stop">Asks the runs to stop after the step they are at.</param>
    public ComparisonWork(CompareRequest request, RunData data, IReadOnlyList<PlannedRun> runs, RunsAtOnce atOnce, IProgress<ComparisonEvent>? progress, CancellationToken stop)
    {
        (_request, _data, _atOnce, _progress, _count) = (request, data, atOnce, progress, runs.Count);
        _waiting = [.. runs.Select((run, i) => (run, i + 1))];
        _end = CancellationTokenSource.CreateLinkedTokenSource(stop);
    }

    /// <summary>Does them.</summary>
    /// <returns>Whether it was stopped, and the runs that diverged.</returns>
    public (bool Stopped, IReadOnlyList<FailedRun> Failures) Do()
    {
        int jobs = Math.Min(_atOnce.Jobs, _count);
        if (jobs <= 1)
        {
            int before = Libtorch.Threads;
            Work();
            Libtorch.Load(before);
        }
        else
        {
            Thread[] threads = [.. Enumerable.Range(1, jobs).Select(i => new Thread(Work) { Name = $"Tailor run {i}" })];
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());
        }

        _fault?.Throw();
        return (_stopped, [.. _failures.OrderBy(failure => failure.Number).Select(failure => failure.Run)]);
    }

    /// <summary>Lets go of the token.</summary>
    public void Dispose() => _end.Dispose();

    private void Work()
    {
        try
        {
            while (Next() is var (run, number) && run is not null)
            {
                // A run that goes on sets the threads that it was begun with.
                Libtorch.Load(_atOnce.Threads);
                Do(run, number);
            }
        }
#pragma warning disable CA1031 // Thrown again when the other runs have stopped.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            lock (_gate)
            {
                _fault ??= ExceptionDispatchInfo.Capture(fault);
            }

            _end.Cancel();
        }
    }

    private (PlannedRun? Run, int Number) Next()
    {
        lock (_gate)
        {
            if (_end.IsCancellationRequested)
            {
                _stopped |= _waiting.Count > 0;
                return default;
            }

            int next = _waiting.FindIndex(waiting => !(waiting.Run.Entry.IsBaseline && _baselineRuns));
            if (next < 0)
            {
                return default;
            }

            (PlannedRun run, int number) = _waiting[next];
            _waiting.RemoveAt(next);
            _baselineRuns |= run.Entry.IsBaseline;
            return (run, number);
        }
    }

    private void Do(PlannedRun run, int number)
    {
        AtomicFile.RemoveLeftovers(run.Folder.Path);
        Tell(new RunStarted(run.Entry.Name, run.Entry.IsDeterministic ? null : run.Seed, number, _count));
        try
        {
            if (run.Entry.Run(run.Folder, run.Seed, _request, _data, _progress is null ? null : new Relay(this, number), _end.Token).Stopped)
            {
                lock (_gate)
                {
                    _stopped = true;
                }

                return;
            }

            DropCheckpoint(run.Folder);
            Tell(new RunFinished(run.Entry.Name, run.Read(), number));
        }
        catch (TrainingDivergedException fault)
        {
            var failure = new FailedRun(run.Entry.Name, run.Seed, fault.Message);
            lock (_gate)
            {
                _failures.Add((number, failure));
            }

            Tell(new RunDiverged(failure, number));
        }
        finally
        {
            if (run.Entry.IsBaseline)
            {
                lock (_gate)
                {
                    _baselineRuns = false;
                }
            }
        }
    }

    private void Tell(ComparisonEvent what)
    {
        if (_progress is not null)
        {
            lock (_telling)
            {
                _progress.Report(what);
            }
        }
    }

    /// <summary>A finished run needs its checkpoint no more, and many runs would fill the disk with them.</summary>
    private static void DropCheckpoint(RunFolder run)
    {
        if (Directory.Exists(run.CheckpointFolder))
        {
            Directory.Delete(run.CheckpointFolder, recursive: true);
        }
    }

    private sealed class Relay(ComparisonWork work, int number) : IProgress<TrainingEvent>
    {
        public void Report(TrainingEvent value) => work.Tell(new RunAdvanced(number, value));
    }
}
