using Tailor.Backbones;
using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>Classifier re-training, cRT (Kang et al., ICLR 2020, section 4.2): the last layer is begun anew, as the head's recipe begins it, and trained on frozen features with balanced classes; everything below stays as it is.</summary>
public static class ClassifierRetraining
{
    private const double Rate = 1e-3;

    /// <summary>Replaces the last layer's weight and bias.</summary>
    /// <param name="recipe">Epochs, batch size and learning rate (1e-3 when null).</param>
    /// <param name="head">How new weights start.</param>
    /// <param name="output">The last layer.</param>
    /// <param name="features">What it reads of each training example, [examples, width].</param>
    /// <param name="labels">Their classes.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="stop">Ends it; the layer is then as it was.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static void Fit(CalibrationRecipe recipe, HeadRecipe head, Linear output, Tensor features, int[] labels, long seed, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(labels);
        var build = new ParameterBuilder(checkpoint: null, "retrained classifier", "", seed, output.Weight.Value.device);
        long classes = output.Weight.Value.shape[0], width = output.Weight.Value.shape[1];
        bool cosine = head.Kind == HeadKind.Cosine;
        Linear anew = cosine ? new Linear(CosineHead.Rows(head, build, "retrained.weight", (int)classes, width), bias: null) : build.Linear("retrained", width, classes, LinearHead.Start(head, width));
        Tensor Scores(Tensor some) => cosine ? CosineHead.Scores(some, anew.Weight.Value, head.Scale) : anew.Forward(some);
        try
        {
            FrozenTraining.Run(recipe, recipe.Lr ?? Rate, build.All, labels, examples => Scores(features.index_select(0, examples)), seed, stop);
            using var _ = no_grad();
            output.Weight.Value.copy_(anew.Weight.Value);
            output.Bias?.Value.copy_(anew.Bias!.Value);
        }
        finally
        {
            foreach (Parameter parameter in build.All)
            {
                parameter.Dispose();
            }
        }
    }
}
