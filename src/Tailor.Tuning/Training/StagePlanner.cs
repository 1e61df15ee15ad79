using Tailor.Engine;

namespace Tailor.Tuning;

/// <summary>Decides which parameters train in a stage. Frozen parameters ask for no gradient, so autograd records nothing below the deepest that trains.</summary>
public static class StagePlanner
{
    /// <summary>Switches the task's parameters on and off for a stage.</summary>
    /// <param name="task">The task.</param>
    /// <param name="stage">The stage.</param>
    /// <returns>The groups that train.</returns>
    public static IReadOnlyList<ParameterGroup> Plan(TrainingTask task, StageRecipe stage)
    {
        ArgumentNullException.ThrowIfNull(task);
        IReadOnlyList<ParameterGroup> groups = task.Groups(stage);
        var trained = groups.SelectMany(group => group.Parameters).ToHashSet();
        foreach (Parameter parameter in task.Parameters)
        {
            parameter.Trainable = trained.Contains(parameter);
        }

        return groups;
    }

    /// <summary>Parameters in groups by weight decay: biases and layer norms are not decayed (Devlin et al., 2019, and every trainer since).</summary>
    /// <param name="parameters">The parameters that train.</param>
    /// <param name="weightDecay">The decay of the others.</param>
    /// <param name="learningRateScale">Their learning rate as a multiple of the stage's.</param>
    public static IEnumerable<ParameterGroup> Grouped(IEnumerable<Parameter> parameters, double weightDecay, double learningRateScale = 1) =>
        parameters.GroupBy(p => weightDecay == 0 || IsBiasOrNorm(p.Name) ? 0 : weightDecay)
            .Select(g => new ParameterGroup { Parameters = g.ToArray(), WeightDecay = g.Key, LearningRateScale = learningRateScale });

    /// <summary>Norms are called LayerNorm (BERT), layernorm_before (ViT), norm1 (DINOv2), layer_norm1 (CLIP), and ln where they are ours.</summary>
    private static bool IsBiasOrNorm(string name) => name.EndsWith("bias", StringComparison.Ordinal)
        || (name.EndsWith(".weight", StringComparison.Ordinal) && name.Split('.')[^2] is var module && (module == "ln" || module.Contains("norm", StringComparison.OrdinalIgnoreCase)));
}
