using Tailor.Foundation;

namespace Tailor.Tuning;

/// <summary>Instance-balanced sampling: each example once an epoch, in a fresh random order.</summary>
/// <param name="examples">The number of examples.</param>
public sealed class RandomSampler(int examples) : Sampler
{
    /// <inheritdoc/>
    public override int[] Draw(EpochPlace place)
    {
        int[] order = Enumerable.Range(0, examples).ToArray();
        RandomStream.For(place.Seed, "batch order", place.Stage, place.Epoch).Shuffle<int>(order);
        return order;
    }
}
