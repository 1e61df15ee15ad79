namespace Tailor.Tuning;

/// <summary>
/// Post-hoc logit adjustment (Menon et al., ICLR 2021, section 4.1): z'_c = z_c - τ log π_c with π the classes' shares of the training examples; for a model trained with plain cross-entropy and instance-balanced draws. τ = 1 is
/// consistent for the balanced error. A class without training examples counts as having one.
/// </summary>
public static class LogitAdjustment
{
    /// <summary>The weights that are tried: 0, 0.1, ..., 2.</summary>
    public static IReadOnlyList<double> Grid { get; } = [.. Enumerable.Range(0, 21).Select(i => i / 10.0)];

    /// <summary>The change of scores.</summary>
    /// <param name="trainCounts">Training examples per class.</param>
    /// <param name="tau">τ, at least 0; 0 changes nothing.</param>
    public static ScoreChange Change(IReadOnlyList<int> trainCounts, double tau)
    {
        double[] logarithms = ClassPriors.Logarithms(trainCounts);
        return new ScoreChange([.. logarithms.Select(_ => 1.0)], [.. logarithms.Select(log => -tau * log)]);
    }
}
