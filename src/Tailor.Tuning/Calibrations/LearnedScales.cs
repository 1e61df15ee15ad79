using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>Learnable weight scaling, LWS (Kang et al., ICLR 2020, section 4.2): z'_c = f_c z_c, bias included as in its code, with f learnt from 1 on frozen features with balanced classes; the directions of the class weights stay.</summary>
public static class LearnedScales
{
    private const double Rate = 1e-2;

    /// <summary>Learns the scales.</summary>
    /// <param name="recipe">Epochs, batch size and learning rate (1e-2 when null).</param>
    /// <param name="scores">The classifier's scores of each training example, [examples, classes].</param>
    /// <param name="labels">Their classes.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static ScoreChange Fit(CalibrationRecipe recipe, Tensor scores, int[] labels, long seed, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(labels);
        using var scales = new Parameter("scales", ones(scores.shape[1], device: scores.device));
        FrozenTraining.Run(recipe, recipe.Lr ?? Rate, [scales], labels, examples => scores.index_select(0, examples).mul(scales.Value), seed, stop);
        using DisposeScope scope = NewDisposeScope();
        return ScoreChange.Of(scales.Value.detach().to(ScalarType.Float64).cpu().data<double>().ToArray());
    }
}
