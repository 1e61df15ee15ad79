namespace Tailor.Evaluation;

/// <summary>What a test over seeds says of an entry.</summary>
public enum EntryMark
{
    /// <summary>It is worse than the best, or was not tested.</summary>
    None,

    /// <summary>It has the best mean.</summary>
    Best,

    /// <summary>It is not significantly worse than the best.</summary>
    NotWorse,
}

/// <summary>One recipe or baseline of a comparison, over its seeds.</summary>
public sealed record ComparedEntry
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it is a baseline that no recipe asked for.</summary>
    public bool IsBaseline { get; init; }

    /// <summary>The score of each seed, by the metric's name in <see cref="Metric"/>; a metric that is not defined is left out.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<double>> Scores { get; init; }

    /// <summary>Its place by the deciding metric.</summary>
    public EntryMark Mark { get; init; }

    /// <summary>Mean seconds of a run, or null when they are not known.</summary>
    public double? Seconds { get; init; }

    /// <summary>Numbers trained, or null when they are not known.</summary>
    public long? TrainedParameters { get; init; }

    /// <summary>The mean F1 of each class over the seeds, null for a class without scored examples; empty when they are not known.</summary>
    public IReadOnlyList<double?> ClassF1 { get; init; } = [];

    /// <summary>The mean norm of each class's row of the trained head; empty when the head has none.</summary>
    public IReadOnlyList<double> ClassNorms { get; init; } = [];

    /// <summary>A metric over the seeds, or null when it is not defined.</summary>
    /// <param name="metric">A name of <see cref="Metric"/>.</param>
    public SeedStatistics? Of(string metric) => Scores.GetValueOrDefault(metric) is { Count: > 0 } values ? SeedStatistics.Of(values) : null;
}
