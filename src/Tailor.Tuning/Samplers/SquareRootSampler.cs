namespace Tailor.Tuning;

/// <summary>Square-root sampling: p_c ∝ √n_c, half way between instance and class balance (Kang et al., ICLR 2020, section 4.1, q = 1/2).</summary>
/// <param name="classes">The class of each example.</param>
public sealed class SquareRootSampler(IReadOnlyList<int> classes) : ClassDrawSampler(classes)
{
    /// <inheritdoc/>
    protected override double[] Weights(EpochPlace place) => Counts.Select(n => Math.Sqrt(n)).ToArray();
}
