namespace Tailor.Tuning;

/// <summary>
/// Dual sampling (LPT, ICLR 2023, section 3.3): each batch is drawn twice, once by classes (<see cref="ClassAwareSampler"/>) and once by instances, and the losses of both are added, the second with weight β(e) = η (E - e) / E,
/// which falls from η in the first of E epochs. With β = 0 the second is not drawn. The batch size is that of each draw; an epoch draws as many examples by class as there are.
/// </summary>
/// <param name="classes">The class of each example.</param>
/// <param name="samplesPerClass">S of the class-aware draw.</param>
/// <param name="instanceWeight">η, at least 0; 0.5 in the paper.</param>
public sealed class DualSampler(IReadOnlyList<int> classes, int samplesPerClass, double instanceWeight) : Sampler
{
    private readonly ClassAwareSampler _byClass = new(classes, samplesPerClass);

    /// <inheritdoc/>
    public override int[] Draw(EpochPlace place) => _byClass.Draw(place);

    /// <inheritdoc/>
    public override (int[] Examples, double Weight)? Companions(EpochPlace place)
    {
        double weight = instanceWeight * Math.Max(0, place.Epochs - place.Epoch) / place.Epochs;
        return weight == 0 ? null : (new RandomSampler(classes.Count).Draw(place), weight);
    }
}
