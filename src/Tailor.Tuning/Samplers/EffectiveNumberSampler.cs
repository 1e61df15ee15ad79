namespace Tailor.Tuning;

/// <summary>
/// Each example is drawn with a chance proportional to 1 / E_n of its class, E_n = (1 - β^n) / (1 - β), so p_c ∝ n_c / E_{n_c} (the effective number of Cui et al., CVPR 2019, as resampling: LDAM's code, train rule
/// "Resample"). β = 0 is instance balance, β near 1 class balance.
/// </summary>
/// <param name="classes">The class of each example.</param>
/// <param name="beta">β in [0, 1).</param>
public sealed class EffectiveNumberSampler(IReadOnlyList<int> classes, double beta) : ClassDrawSampler(classes)
{
    /// <inheritdoc/>
    protected override double[] Weights(EpochPlace place) => ClassWeighting.EffectiveNumber(Counts, beta).Zip(Counts, (weight, n) => (double)weight * n).ToArray();
}
