using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>
/// Trains a few parameters on features that do not change, with cross-entropy and class-aware draws (<see cref="ClassAwareSampler"/>, as in the code of Kang et al., ICLR 2020): one forward pass of the encoder serves every epoch.
/// AdamW, cosine to 0. A pure function of (features, labels, recipe, seed).
/// </summary>
internal static class FrozenTraining
{
    /// <summary>The stage that names the draws; a recipe's own begin with 0.</summary>
    private const int Stage = -1;

    /// <summary>Trains.</summary>
    /// <param name="recipe">Epochs and batch size.</param>
    /// <param name="rate">The peak learning rate.</param>
    /// <param name="parameters">What trains.</param>
    /// <param name="labels">The class of each training example.</param>
    /// <param name="forward">Class scores of the examples at some indices, int64 [batch], with gradient: [batch, classes].</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite.</exception>
    public static void Run(CalibrationRecipe recipe, double rate, IReadOnlyList<Parameter> parameters, int[] labels, Func<Tensor, Tensor> forward, long seed, CancellationToken stop)
    {
        var stage = new StageRecipe { Epochs = recipe.Epochs, BatchSize = recipe.BatchSize, Lr = rate, Schedule = ScheduleKind.Cosine, Warmup = 0, Sampler = SamplerKind.ClassAware };
        var schedule = new StageSchedule(stage, Stage, new int[labels.Length], seed, labels);
        var loss = new CrossEntropyLoss();
        using var optimizer = new AdamW([new ParameterGroup { Parameters = parameters }]);
        for (long step = 0; step < schedule.TotalSteps; step++)
        {
            stop.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            int[] examples = schedule.MicroBatches(step)[0].Examples;
            Device device = parameters[0].Value.device;
            LossParts parts = loss.Of(forward(tensor(examples.Select(i => (long)i).ToArray(), device: device)), tensor(examples.Select(i => (long)labels[i]).ToArray(), device: device));
            double value = parts.Numerator.item<float>();
            if (!double.IsFinite(value))
            {
                throw new TrainingDivergedException($"loss of calibration {RecipeName.Of(recipe.Kind)}", value, step + 1, rate, checkpoint: true);
            }

            parts.Numerator.backward();
            optimizer.Step(schedule.LearningRate(step), clip: 0, 1 / parts.Denominator);
        }
    }
}
