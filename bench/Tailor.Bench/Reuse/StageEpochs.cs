using System.Diagnostics;
using Tailor.Engine;
using Tailor.Tuning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Bench;

/// <summary>Epochs of one stage, of the parts that the training loop uses, timed one by one.</summary>
internal sealed class StageEpochs : IDisposable
{
    private readonly ClassificationTask _task;
    private readonly StageRecipe _stage;
    private readonly Optimizer _optimizer;
    private readonly Func<TrainingBatch, long, LossParts> _loss;
    private long _pass;

    /// <summary>Begins the stage; what is kept of layers that stand still is computed here.</summary>
    /// <param name="task">What is trained.</param>
    /// <param name="place">The stage's place in the recipe.</param>
    /// <param name="recipe">The recipe.</param>
    /// <param name="loss">The loss of a batch and pass; the task's own when null.</param>
    public StageEpochs(ClassificationTask task, int place, Recipe recipe, Func<TrainingBatch, long, LossParts>? loss = null)
    {
        (_task, _stage) = (task, recipe.Stages[place]);
        task.Arrange(place);
        IReadOnlyList<ParameterGroup> groups = StagePlanner.Plan(task, _stage);
        task.Begin(_stage, seed: 1, saved: null);
        _optimizer = _stage.Optimizer == OptimizerKind.Sgd ? new Sgd(groups, _stage.Momentum, _stage.Nesterov) : new AdamW(groups, _stage.Beta1, _stage.Beta2, _stage.Eps);
        _loss = loss ?? ((batch, pass) => task.Loss(batch, 1, pass));
    }

    /// <summary>Trains an epoch.</summary>
    /// <returns>Milliseconds.</returns>
    public double Run()
    {
        var schedule = new StageSchedule(_stage with { Epochs = 1, Steps = null }, 0, _task.Lengths, 1, _task.ClassIds);
        long start = Stopwatch.GetTimestamp();
        for (long step = 0; step < schedule.TotalSteps; step++)
        {
            double denominator = 0;
            foreach (TrainingBatch batch in schedule.MicroBatches(step))
            {
                using DisposeScope scope = NewDisposeScope();
                LossParts loss = _loss(batch, _pass++);
                loss.Numerator.backward();
                denominator += loss.Denominator;
            }

            _optimizer.Step(_stage.Lr, _stage.Clip, 1 / denominator);
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>Ends the stage.</summary>
    public void Dispose()
    {
        _optimizer.Dispose();
        _task.EndStage();
    }

    /// <summary>Times two sides in turn, after one epoch of each that is not counted.</summary>
    public static (double[] First, double[] Second) InTurn(StageEpochs first, StageEpochs second, int rounds)
    {
        (double[] a, double[] b) = (new double[rounds], new double[rounds]);
        for (int round = -1; round < rounds; round++)
        {
            (double one, double other) = (first.Run(), second.Run());
            if (round >= 0)
            {
                (a[round], b[round]) = (one, other);
            }
        }

        return (a, b);
    }
}
