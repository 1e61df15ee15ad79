namespace Tailor.Engine;

/// <summary>Parameters that an optimizer treats alike.</summary>
public sealed record ParameterGroup
{
    /// <summary>The parameters, in the order of their state in checkpoints.</summary>
    public required IReadOnlyList<Parameter> Parameters { get; init; }

    /// <summary>Factor on the learning rate of each step, not negative.</summary>
    public double LearningRateScale { get; init; } = 1;

    /// <summary>Weight decay, not negative; commonly 0 for biases and layer norms.</summary>
    public double WeightDecay { get; init; }
}
