using Tailor.Engine;

namespace Tailor.Tuning;

/// <summary>How many steps a stage takes and which examples each step sees, as a pure function of (recipe, lengths, classes, seed), so that any step can be found again.</summary>
public sealed class StageSchedule
{
    private readonly StageRecipe _stage;
    private readonly IReadOnlyList<int> _lengths;
    private readonly long _seed;
    private readonly int _index;
    private readonly Sampler _sampler;
    private readonly double _epochs;
    private long _epoch = -1;
    private IReadOnlyList<TrainingBatch> _batches = [];
    private long _firstStep;

    /// <summary>Plans a stage.</summary>
    /// <param name="stage">The recipe's stage.</param>
    /// <param name="index">Its place in the recipe, from 0.</param>
    /// <param name="lengths">Tokens of each training example.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="classes">The class of each training example; null when they have none.</param>
    public StageSchedule(StageRecipe stage, int index, IReadOnlyList<int> lengths, long seed, IReadOnlyList<int>? classes = null)
    {
        ArgumentNullException.ThrowIfNull(stage);
        ArgumentNullException.ThrowIfNull(lengths);
        (_stage, _index, _lengths, _seed) = (stage, index, lengths, seed);
        _sampler = Sampler.Create(stage, lengths.Count, classes);
        _epochs = stage.Epochs ?? 1;
        StepsInFirstEpoch = StepsOf(Batches(0).Count);
        TotalSteps = stage.Steps ?? CountSteps(_epochs);
        _epochs = stage.Epochs ?? (double)TotalSteps / StepsInFirstEpoch;
    }

    /// <summary>Optimizer steps of the stage.</summary>
    public long TotalSteps { get; }

    /// <summary>Optimizer steps of the first epoch; with batches by token budget, or a sampler of no fixed length, later epochs may differ by a few.</summary>
    public long StepsInFirstEpoch { get; }

    /// <summary>Steps of warm-up.</summary>
    public long WarmupSteps => _stage.Warmup < 1 ? (long)(_stage.Warmup * TotalSteps) : (long)_stage.Warmup;

    /// <summary>Whether the dev split is scored after a step.</summary>
    /// <param name="step">Steps done, from 1.</param>
    public bool EvaluatesAfter(long step) => step == TotalSteps || step % (_stage.EvalEvery ?? StepsInFirstEpoch) == 0;

    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">The step, from 0.</param>
    public double LearningRate(long step) => step < _stage.Hold ? _stage.Lr * _stage.HoldFactor :
        _stage.Lr * LearningRateSchedule.Factor(_stage.Schedule, step, TotalSteps, WarmupSteps, _stage.Power, _stage.Lr == 0 ? 0 : _stage.LrEnd / _stage.Lr);

    /// <summary>The micro-batches of a step. Steps are asked for in rising order, from any start.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <returns>One to <c>accumulate</c> batches.</returns>
    public IReadOnlyList<TrainingBatch> MicroBatches(long step)
    {
        if (_epoch < 0)
        {
            (_epoch, _batches, _firstStep) = (0, Batches(0), 0);
        }

        while (step >= _firstStep + StepsOf(_batches.Count))
        {
            _firstStep += StepsOf(_batches.Count);
            _batches = Batches(++_epoch);
        }

        bool weighted = HasClassWeights(step);
        return _batches.Skip((int)(step - _firstStep) * _stage.Accumulate).Take(_stage.Accumulate)
            .Select(batch => batch with { ClassWeighted = weighted, Epoch = (int)_epoch, Epochs = (int)Math.Max(1, Math.Ceiling(_epochs)) }).ToArray();
    }

    private IReadOnlyList<TrainingBatch> Batches(long epoch) => BatchPlan.Epoch(_sampler, new EpochPlace(_seed, _index, epoch, _epochs), _lengths, _stage.BatchSize, _stage.TokensPerBatch);

    /// <summary>Deferred class weights come in at the epoch boundary that is nearest to their share of the stage; where a stage has no boundary inside, at the very step.</summary>
    private bool HasClassWeights(long step)
    {
        double from = _stage.Loss.WeightsFrom;
        if (from == 0 || _epochs <= 1)
        {
            return step >= from * TotalSteps;
        }

        double last = Math.Ceiling(_epochs) - 1;
        return _epoch >= Math.Clamp(Math.Round(from * _epochs, MidpointRounding.AwayFromZero), 1, last);
    }

    private long StepsOf(int batches) => (batches + _stage.Accumulate - 1) / _stage.Accumulate;

    private long CountSteps(double epochs)
    {
        if (_stage.TokensPerBatch is null && _sampler.HasFixedLength)
        {
            return Math.Max(1, (long)Math.Ceiling((epochs * StepsInFirstEpoch) - 1e-9));
        }

        // By token budget, and without a fixed length, the number of batches depends on the draw, so every epoch is laid out once.
        double steps = 0;
        for (long epoch = 0; epoch < epochs; epoch++)
        {
            steps += Math.Min(1, epochs - epoch) * StepsOf(Batches(epoch).Count);
        }

        return Math.Max(1, (long)Math.Ceiling(steps - 1e-9));
    }
}
