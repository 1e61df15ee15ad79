namespace Tailor;

/// <summary>What a training run is asked to do.</summary>
public sealed record TrainRequest : RunRequest
{
    /// <summary>A recipe's name, or the path of a recipe file.</summary>
    public required string Recipe { get; init; }

    /// <summary>Seeds everything random in the run: new weights, order, dropout.</summary>
    public long Seed { get; init; } = 42;
}
