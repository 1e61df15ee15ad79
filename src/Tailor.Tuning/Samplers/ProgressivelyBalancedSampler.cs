namespace Tailor.Tuning;

/// <summary>
/// Progressively balanced sampling (Kang et al., ICLR 2020, equation 2): p_c(t) = (1 - t/T) n_c / N + (t/T) / C in epoch t of T, counted from 0; from instance balance in the first epoch towards class balance.
/// </summary>
/// <param name="classes">The class of each example.</param>
public sealed class ProgressivelyBalancedSampler(IReadOnlyList<int> classes) : ClassDrawSampler(classes)
{
    /// <inheritdoc/>
    protected override double[] Weights(EpochPlace place)
    {
        double done = Math.Min(1, place.Epoch / place.Epochs), total = Counts.Sum();
        return Counts.Select(n => ((1 - done) * n / total) + (done / Counts.Count)).ToArray();
    }
}
