namespace Tailor.Bench;

/// <summary>All rounds of a case.</summary>
internal sealed record CaseResult
{
    /// <summary>The side that the others are compared with.</summary>
    public const string Own = "Tailor";

    /// <summary>The case's name.</summary>
    public required string Name { get; init; }

    /// <summary>The case in words.</summary>
    public required string Description { get; init; }

    /// <summary>Counted steps of each measurement.</summary>
    public required int Steps { get; init; }

    /// <summary>Each side's figures, round by round; the sides ran alternately.</summary>
    public required Dictionary<string, List<StepFigures>> Rounds { get; init; }

    /// <summary>Tailor against the faster of the others, by name of the figure; empty when it ran alone.</summary>
    public Dictionary<string, Ratio> Ratios => Rounds.Count < 2 ? [] : new()
    {
        ["best"] = Compare(f => f.Best, values => values.Min(), smallerWins: true),
        ["median"] = Compare(f => f.Median, Median, smallerWins: true),
        ["tokens_per_second"] = Compare(f => f.TokensPerSecond, Median, smallerWins: false),
        ["peak_memory"] = Compare(f => f.PeakBytes, values => values.Max(), smallerWins: true),
    };

    /// <summary>The middle value.</summary>
    public static double Median(IEnumerable<double> values) => Measurement.Middle([.. values.Order()]);

    private Ratio Compare(Func<StepFigures, double> figure, Func<IEnumerable<double>, double> over, bool smallerWins)
    {
        double Of(double own, double other) => smallerWins ? other / own : own / other;
        string[] others = Rounds.Keys.Where(side => side != Own).ToArray();
        double own = over(Rounds[Own].Select(figure));
        (double value, string against) = others.Select(side => (Of(own, over(Rounds[side].Select(figure))), side)).Min();
        double[] rounds = Rounds[Own].Select((f, r) => others.Min(side => Of(figure(f), figure(Rounds[side][r])))).ToArray();
        return new Ratio(value, rounds.Min(), rounds.Max(), against);
    }
}

/// <summary>How many times better Tailor is; above 1 it wins.</summary>
/// <param name="Value">Over all rounds.</param>
/// <param name="Low">In the worst round.</param>
/// <param name="High">In the best round.</param>
/// <param name="Against">The better of the other sides.</param>
internal sealed record Ratio(double Value, double Low, double High, string Against);
