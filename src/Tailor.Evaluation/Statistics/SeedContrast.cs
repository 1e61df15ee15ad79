namespace Tailor.Evaluation;

/// <summary>A method's score for each seed it was run with.</summary>
/// <param name="Name">The method.</param>
/// <param name="BySeed">The score of each seed, at least one. Of a deterministic method one score stands for all seeds, and its key means nothing.</param>
/// <param name="Deterministic">Whether no seed changes the method's score.</param>
public sealed record SeedScores(string Name, IReadOnlyDictionary<long, double> BySeed, bool Deterministic)
{
    /// <summary>The mean over the seeds.</summary>
    public double Mean => BySeed.Values.Average();
}

/// <summary>
/// One method against a reference over seeds. Runs of one seed share what it decides (new weights, order of the examples, dropout), so they are paired by it. A deterministic method has one score and no spread:
/// the other's seeds are then tested against that score (a one-sample test), which asks whether the other's mean is that number.
/// </summary>
/// <param name="Name">The method.</param>
/// <param name="Reference">What it is compared with.</param>
/// <param name="Seeds">The seeds that both have, or that the one has which is not deterministic.</param>
/// <param name="Difference">The mean of reference minus method over those seeds; null when they share none.</param>
/// <param name="Test">The t-test of that difference; null with fewer than two seeds, or when both are deterministic.</param>
/// <param name="AdjustedPValue">The p-value after Holm's correction over all contrasts with the reference; null when there is none to adjust.</param>
public sealed record SeedContrast(string Name, string Reference, int Seeds, double? Difference, TTest? Test, double? AdjustedPValue)
{
    /// <summary>The level of the tests.</summary>
    public const double Level = 0.05;

    /// <summary>Whether the two differ at <see cref="Level"/> after Holm's correction; null when that cannot be tested.</summary>
    public bool? Differs => AdjustedPValue is { } p ? p < Level : null;

    /// <summary>The method with the best mean; the first among equals.</summary>
    /// <param name="methods">The methods, at least one.</param>
    /// <param name="higherIsBetter">Whether more is better.</param>
    public static SeedScores Best(IReadOnlyList<SeedScores> methods, bool higherIsBetter)
    {
        ArgumentNullException.ThrowIfNull(methods);
        return higherIsBetter ? methods.MaxBy(method => method.Mean)! : methods.MinBy(method => method.Mean)!;
    }

    /// <summary>Compares methods with a reference; the p-values are corrected together.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="others">The others.</param>
    public static IReadOnlyList<SeedContrast> With(SeedScores reference, IReadOnlyList<SeedScores> others)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(others);
        SeedContrast[] contrasts = [.. others.Select(other => Of(reference, other))];
        int[] tested = [.. Enumerable.Range(0, contrasts.Length).Where(i => contrasts[i].Test?.PValue is not null)];
        double[] adjusted = HolmCorrection.Adjust([.. tested.Select(i => contrasts[i].Test!.PValue!.Value)]);
        foreach ((int i, double p) in tested.Zip(adjusted))
        {
            contrasts[i] = contrasts[i] with { AdjustedPValue = p };
        }

        return contrasts;
    }

    private static SeedContrast Of(SeedScores reference, SeedScores other)
    {
        SeedContrast Fixed(SeedScores varying, double score, bool reversed)
        {
            double[] values = [.. varying.BySeed.Values];
            TTest? test = values.Length < 2 ? null : TTest.OneSample(values, score);
            return new SeedContrast(other.Name, reference.Name, values.Length, reference.Mean - other.Mean, reversed ? test?.Reversed() : test, null);
        }

        if (reference.Deterministic || other.Deterministic)
        {
            return reference.Deterministic && other.Deterministic ? new SeedContrast(other.Name, reference.Name, 0, reference.Mean - other.Mean, null, null)
                : reference.Deterministic ? Fixed(other, reference.Mean, reversed: true)
                : Fixed(reference, other.Mean, reversed: false);
        }

        long[] seeds = [.. reference.BySeed.Keys.Intersect(other.BySeed.Keys).Order()];
        double[] a = [.. seeds.Select(seed => reference.BySeed[seed])], b = [.. seeds.Select(seed => other.BySeed[seed])];
        return new SeedContrast(other.Name, reference.Name, seeds.Length, seeds.Length == 0 ? null : a.Average() - b.Average(), seeds.Length < 2 ? null : TTest.Paired(a, b), null);
    }
}
