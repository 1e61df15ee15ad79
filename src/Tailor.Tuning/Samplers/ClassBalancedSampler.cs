namespace Tailor.Tuning;

/// <summary>Class-balanced sampling: every class that has examples is as likely as any other, p_c = 1 / C (Kang et al., ICLR 2020, section 4.1, q = 0). <see cref="ClassAwareSampler"/> is the same without chance in the class counts.</summary>
/// <param name="classes">The class of each example.</param>
public sealed class ClassBalancedSampler(IReadOnlyList<int> classes) : ClassDrawSampler(classes)
{
    /// <inheritdoc/>
    protected override double[] Weights(EpochPlace place) => Counts.Select(_ => 1.0).ToArray();
}
