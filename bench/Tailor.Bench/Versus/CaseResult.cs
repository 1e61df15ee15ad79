namespace Tailor.Bench;

/// <summary>All rounds of a case.</summary>
internal sealed record CaseResult
{
    /// <summary>The case's name.</summary>
    public required string Name { get; init; }

    /// <summary>The case in words.</summary>
    public required string Description { get; init; }

    /// <summary>Counted steps of each measurement.</summary>
    public required int Steps { get; init; }

    /// <summary>Each side's figures, round by round; the sides ran alternately.</summary>
    public required Dictionary<string, List<StepFigures>> Rounds { get; init; }

    /// <summary>Tailor's sides against the better of others, as far as they ran.</summary>
    public IReadOnlyList<Advantage> Advantages => [.. Side.Comparisons.Where(c => Rounds.ContainsKey(c.Own)).Select(c => Of(c.Own, [.. c.Others.Where(Rounds.ContainsKey)])).OfType<Advantage>()];

    /// <summary>The middle value.</summary>
    public static double Median(IEnumerable<double> values) => Measurement.Middle([.. values.Order()]);

    private Advantage? Of(string side, string[] others) => others.Length == 0 ? null : new(
        side,
        Compare(side, others, f => f.Best, values => values.Min(), smallerWins: true),
        Compare(side, others, f => f.Median, Median, smallerWins: true),
        Compare(side, others, f => f.TokensPerSecond, Median, smallerWins: false),
        Compare(side, others, f => f.PeakBytes, values => values.Max(), smallerWins: true));

    private Ratio Compare(string side, string[] others, Func<StepFigures, double> figure, Func<IEnumerable<double>, double> over, bool smallerWins)
    {
        double Of(double own, double other) => smallerWins ? other / own : own / other;
        double own = over(Rounds[side].Select(figure));
        (double value, string against) = others.Select(other => (Of(own, over(Rounds[other].Select(figure))), other)).Min();
        double[] rounds = Rounds[side].Select((f, r) => others.Min(other => Of(figure(f), figure(Rounds[other][r])))).ToArray();
        return new Ratio(value, rounds.Min(), rounds.Max(), against);
    }
}

/// <summary>A side against the better of others, figure by figure.</summary>
/// <param name="Side">The side.</param>
/// <param name="Best">By the fastest step.</param>
/// <param name="MedianStep">By the median step.</param>
/// <param name="TokensPerSecond">By real tokens a second.</param>
/// <param name="PeakMemory">By the largest resident memory.</param>
internal sealed record Advantage(string Side, Ratio Best, Ratio MedianStep, Ratio TokensPerSecond, Ratio PeakMemory);

/// <summary>How many times better a side is; above 1 it wins.</summary>
/// <param name="Value">Over all rounds.</param>
/// <param name="Low">In the worst round.</param>
/// <param name="High">In the best round.</param>
/// <param name="Against">The better of the other sides.</param>
internal sealed record Ratio(double Value, double Low, double High, string Against);
