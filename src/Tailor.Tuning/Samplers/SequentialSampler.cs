namespace Tailor.Tuning;

/// <summary>Each example once an epoch, in the order of the file.</summary>
/// <param name="examples">The number of examples.</param>
public sealed class SequentialSampler(int examples) : Sampler
{
    /// <inheritdoc/>
    public override int[] Draw(EpochPlace place) => Enumerable.Range(0, examples).ToArray();
}
