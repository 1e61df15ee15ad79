namespace Tailor.Tuning;

/// <summary>What one forward pass trains on.</summary>
/// <param name="Examples">Indices of training examples.</param>
/// <param name="Companions">How many of the last of them are a second draw (<see cref="Sampler.Companions"/>), whose mean loss is added to that of the others.</param>
/// <param name="CompanionWeight">The weight of that second mean.</param>
public sealed record TrainingBatch(int[] Examples, int Companions = 0, double CompanionWeight = 1)
{
    /// <summary>The epoch within the stage, from 0.</summary>
    public int Epoch { get; init; }

    /// <summary>Epochs of the stage, at least 1.</summary>
    public int Epochs { get; init; } = 1;

    /// <summary>Whether the loss's class weights are in force (<see cref="LossRecipe.WeightsFrom"/>).</summary>
    public bool ClassWeighted { get; init; } = true;
}
