using System.Diagnostics;
using System.Text.Json.Nodes;
using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>How the loop runs, apart from what it trains.</summary>
public sealed record LoopOptions
{
    /// <summary>The run's seed.</summary>
    public required long Seed { get; init; }

    /// <summary>Write a checkpoint every so many steps; null writes one about every <see cref="CheckpointInterval"/>.</summary>
    public int? CheckpointEvery { get; init; }

    /// <summary>The time between checkpoints when no number of steps is given.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>How the loop ended.</summary>
/// <param name="Stopped">True when it was asked to stop before the end; the state is on disk.</param>
/// <param name="BestScore">The best dev score of the last stage, or null when nothing was scored.</param>
/// <param name="BestStep">Its step.</param>
/// <param name="Elapsed">Time of training and scoring on dev, over all sessions of the run.</param>
/// <param name="TrainedParameters">Numbers that train, in the stage that trains most.</param>
public sealed record LoopResult(bool Stopped, double? BestScore, long BestStep, TimeSpan Elapsed, long TrainedParameters);

/// <summary>
/// The one training loop: stages of steps over a <see cref="TrainingTask"/>, with schedules, clipping, accumulation, scoring, best-dev selection, early stopping and checkpoints.
/// Every random draw is named by (seed, place), so a run that was killed and resumed has the same bits as one that was not.
/// </summary>
/// <param name="task">What is trained.</param>
/// <param name="stages">The stages in order.</param>
/// <param name="folder">Where the run lives.</param>
/// <param name="options">How the loop runs.</param>
/// <param name="progress">Told of every step, or null.</param>
public sealed class TrainingLoop(TrainingTask task, IReadOnlyList<StageRecipe> stages, RunFolder folder, LoopOptions options, IProgress<TrainingEvent>? progress)
{
    private readonly Checkpoint _checkpoint = new(folder.CheckpointFolder);
    private readonly Stopwatch _sinceCheckpoint = new(), _session = new();
    private TrainingState _state = new();
    private Dictionary<string, Tensor>? _best;
    private bool _bestUnsaved;
    private TimeSpan _before;
    private double _rate;

    /// <summary>Trains from the last checkpoint, or from the start when there is none.</summary>
    /// <param name="stop">Asks the loop to stop after the step in progress and to save its state.</param>
    /// <exception cref="TrainingDivergedException">The loss, the gradient or a parameter is NaN or infinite.</exception>
    public LoopResult Run(CancellationToken stop)
    {
        SafetensorsFile? resumed = null;
        try
        {
            if (_checkpoint.Exists)
            {
                (_state, resumed) = _checkpoint.ReadState(task.Parameters);
            }
            else
            {
                task.Start();
            }

            task.Arrange(Math.Min(_state.Stage, stages.Count - 1));
            folder.CutMetrics(_state.MetricsBytes);
            _before = _state.Elapsed;
            _session.Restart();
            _sinceCheckpoint.Restart();
            LoopResult? result = null;
            while (_state.Stage < stages.Count)
            {
                try
                {
                    result = RunStage(_state.Stage, resumed, stop);
                }
                finally
                {
                    task.EndStage();
                }

                resumed?.Dispose();
                resumed = null;
                if (result.Stopped)
                {
                    return result;
                }

                bool last = _state.Stage == stages.Count - 1;
                _state = _state with { Stage = _state.Stage + 1, Step = 0, BestScore = last ? _state.BestScore : null, BestStep = last ? _state.BestStep : 0 };
                if (!last)
                {
                    task.Enter(_state.Stage);
                    task.Arrange(_state.Stage);
                }

                Save(optimizer: null);
            }

            return result ?? Ended(stopped: false);
        }
        finally
        {
            resumed?.Dispose();
            DropBest();
        }
    }

    private LoopResult RunStage(int index, SafetensorsFile? resumed, CancellationToken stop)
    {
        StageRecipe stage = stages[index];
        IReadOnlyList<ParameterGroup> groups = StagePlanner.Plan(task, stage);
        task.Begin(stage, options.Seed, resumed is null || _state.Step == 0 ? null : name => Checkpoint.StageTensor(resumed, name));
        using Optimizer optimizer = OptimizerFor(stage, groups);
        using PrecisionScope kept = PrecisionScope.KeepFrozen();
        if (resumed is not null)
        {
            Checkpoint.RestoreOptimizer(resumed, optimizer, _state.Step);
        }

        var schedule = new StageSchedule(stage, index, task.Lengths, options.Seed, task.ClassIds);
        long trained = groups.Sum(g => g.Parameters.Sum(p => p.Count));
        _state.TrainedParameters = Math.Max(_state.TrainedParameters, trained);
        progress?.Report(new StageStarted(index + 1, stages.Count, _state.Step, schedule.TotalSteps, trained, task.Parameters.Sum(p => p.Count)));
        if (task.Remark is { } remark)
        {
            progress?.Report(new Remark(remark));
        }

        var clock = Stopwatch.StartNew();
        while (_state.Step < schedule.TotalSteps)
        {
            if (stop.IsCancellationRequested)
            {
                Save(optimizer);
                return Ended(stopped: true);
            }

            Step(schedule, optimizer, stage, clock);
            if (schedule.EvaluatesAfter(_state.Step))
            {
                Score(stage);
            }

            if (stage.Patience is { } epochs && _state.BestScore is not null && _state.Step - _state.BestStep >= epochs * schedule.StepsInFirstEpoch)
            {
                progress?.Report(new Remark($"stopped early after step {_state.Step}: no better {stage.Metric} since step {_state.BestStep}"));
                break;
            }

            if (options.CheckpointEvery is { } every ? _state.Step % every == 0 : _sinceCheckpoint.Elapsed >= options.CheckpointInterval)
            {
                Save(optimizer);
            }
        }

        if (stage.Keep == KeptWeights.Best)
        {
            TakeBest();
        }

        DropBest();
        return Ended(stopped: false);
    }

    /// <summary>Of a run that was stopped, the time is the one that the next session goes on from.</summary>
    private LoopResult Ended(bool stopped) => new(stopped, _state.BestScore, _state.BestStep, stopped ? _state.Elapsed : Elapsed, _state.TrainedParameters);

    private TimeSpan Elapsed => _before + _session.Elapsed;

    private void Step(StageSchedule schedule, Optimizer optimizer, StageRecipe stage, Stopwatch clock)
    {
        double rate = schedule.LearningRate(_state.Step), numerator = 0, denominator = 0;
        int tokens = 0;
        foreach (TrainingBatch batch in schedule.MicroBatches(_state.Step))
        {
            using DisposeScope scope = NewDisposeScope();
            LossParts loss = task.Loss(batch, options.Seed, _state.Pass);
            _state.Pass++;
            double value = loss.Numerator.item<float>();
            if (!double.IsFinite(value))
            {
                throw new TrainingDivergedException("loss", value, _state.Step + 1, rate, _checkpoint.Exists);
            }

            loss.Numerator.backward();
            numerator += value;
            denominator += loss.Denominator;
            foreach (int example in batch.Examples)
            {
                tokens += task.Lengths[example];
            }
        }

        task.ChangeGradients();
        _rate = rate;
        double norm = optimizer.Step(rate, stage.Clip, 1 / denominator);
        if (!double.IsFinite(norm))
        {
            throw new TrainingDivergedException("gradient norm", norm, _state.Step + 1, rate, _checkpoint.Exists);
        }

        _state.Step++;
        progress?.Report(new StepDone(_state.Step, schedule.TotalSteps, numerator / denominator, rate, norm, tokens, clock.Elapsed));
    }

    /// <summary>The last update may have made a parameter NaN while loss and gradient still were finite; such weights are neither scored nor saved.</summary>
    private void RequireFinite()
    {
        using var _ = no_grad();
        foreach (Parameter parameter in task.Parameters)
        {
            using DisposeScope scope = NewDisposeScope();
            if (!parameter.Value.isfinite().all().item<bool>())
            {
                throw new TrainingDivergedException($"parameter '{parameter.Name}'", double.NaN, _state.Step, _rate, _checkpoint.Exists);
            }
        }
    }

    private void Score(StageRecipe stage)
    {
        RequireFinite();
        IReadOnlyDictionary<string, double> values;
        using (NewDisposeScope())
        using (no_grad())
        {
            values = task.Evaluate();
        }

        if (values.Count == 0)
        {
            return;
        }

        // A metric that is undefined on this dev split (an empty head) can select nothing.
        double value = values.TryGetValue(stage.Metric, out double found) ? found : double.NaN;
        bool improved = !double.IsNaN(value) && (_state.BestScore is not { } best || (task.HigherIsBetter(stage.Metric) ? value > best : value < best));
        if (improved)
        {
            (_state.BestScore, _state.BestStep) = (value, _state.Step);
            if (stage.Keep == KeptWeights.Best)
            {
                KeepBest();
            }
        }

        var line = new JsonObject { ["stage"] = _state.Stage, ["step"] = _state.Step, ["best"] = improved };
        foreach ((string name, double number) in values)
        {
            line[name] = double.IsFinite(number) ? number : null;
        }

        _state.MetricsBytes = folder.AppendMetrics(line);
        progress?.Report(new Evaluated(_state.Step, stage.Metric, value, _state.BestScore ?? double.NaN, improved));
    }

    private void KeepBest()
    {
        using DisposeScope scope = NewDisposeScope();
        using var _ = no_grad();
        if (_best is null)
        {
            _best = task.Parameters.ToDictionary(p => p.Name, p => p.Value.detach().clone().DetachFromDisposeScope(), StringComparer.Ordinal);
        }
        else
        {
            foreach (Parameter parameter in task.Parameters)
            {
                _best[parameter.Name].copy_(parameter.Value);
            }
        }

        _bestUnsaved = true;
    }

    /// <summary>Puts the best weights back; after resuming they may only be on disk.</summary>
    private void TakeBest()
    {
        if (_state.BestScore is null)
        {
            return;
        }

        if (_best is null)
        {
            _checkpoint.ReadBest(task.Parameters);
            return;
        }

        using (no_grad())
        {
            foreach (Parameter parameter in task.Parameters)
            {
                parameter.Value.copy_(_best[parameter.Name]);
            }
        }
    }

    private void DropBest()
    {
        foreach (Tensor tensor in _best?.Values ?? Enumerable.Empty<Tensor>())
        {
            tensor.Dispose();
        }

        (_best, _bestUnsaved) = (null, false);
    }

    private void Save(Optimizer? optimizer)
    {
        RequireFinite();
        if (_bestUnsaved)
        {
            _checkpoint.WriteBest(_best!);
            _bestUnsaved = false;
        }

        _state.Elapsed = Elapsed;
        using (NewDisposeScope())
        {
            _checkpoint.WriteState(_state, task.Parameters, optimizer, optimizer is null ? [] : task.StageState);
        }

        _sinceCheckpoint.Restart();
        progress?.Report(new CheckpointSaved(_state.Step));
    }

    private static Optimizer OptimizerFor(StageRecipe stage, IReadOnlyList<ParameterGroup> groups) => stage.Optimizer switch
    {
        OptimizerKind.AdamW => new AdamW(groups, stage.Beta1, stage.Beta2, stage.Eps),
        OptimizerKind.Sgd => new Sgd(groups, stage.Momentum, stage.Nesterov),
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage.Optimizer, "Not an optimizer."),
    };
}
