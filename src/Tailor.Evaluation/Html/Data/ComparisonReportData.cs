namespace Tailor.Evaluation;

/// <summary>All that the report of a comparison shows. Equal data give equal bytes.</summary>
public sealed record ComparisonReportData
{
    /// <summary>The page's title.</summary>
    public required string Title { get; init; }

    /// <summary>The metric that decides, a name of <see cref="Evaluation.Metric"/>.</summary>
    public required string Metric { get; init; }

    /// <summary>What was compared, in the order to show.</summary>
    public required IReadOnlyList<ComparedEntry> Entries { get; init; }

    /// <summary>The classes, by class id; their scores and norms are those of the entries.</summary>
    public required IReadOnlyList<ReportClass> Classes { get; init; }

    /// <summary>Whether the examples are pictures.</summary>
    public bool ReadsPictures { get; init; }

    /// <summary>The metrics to tabulate, in order.</summary>
    public IReadOnlyList<string> Metrics => Evaluation.Metric.Tabulated(ReadsPictures);

    /// <summary>The sizes of the splits, as far as they are known.</summary>
    public IReadOnlyList<SplitSize> Splits { get; init; } = [];

    /// <summary>The split that was scored.</summary>
    public string? ScoredSplit { get; init; }

    /// <summary>The groups that divide the classes by training examples; their scores are not shown.</summary>
    public IReadOnlyList<ReportGroup> Groups { get; init; } = [];

    /// <summary>What the statistics say, each a sentence.</summary>
    public IReadOnlyList<string> Sentences { get; init; } = [];

    /// <summary>Files to print whole: the recipes as resolved.</summary>
    public IReadOnlyList<ReportFile> Files { get; init; } = [];

    /// <summary>The command that makes the comparison again, or null.</summary>
    public string? Command { get; init; }

    /// <summary>Versions, machine, data and model.</summary>
    public IReadOnlyList<ReportFact> Facts { get; init; } = [];

    /// <summary>Sentences on what is missing and why.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];
}
