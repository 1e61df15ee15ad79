namespace Tailor.Evaluation;

/// <summary>All that the report of one run shows. Equal data give equal bytes.</summary>
public sealed record RunReportData
{
    /// <summary>The page's title.</summary>
    public required string Title { get; init; }

    /// <summary>The recipe's name.</summary>
    public required string Recipe { get; init; }

    /// <summary>The seed.</summary>
    public required long Seed { get; init; }

    /// <summary>The classes, by class id.</summary>
    public required IReadOnlyList<ReportClass> Classes { get; init; }

    /// <summary>The sizes of the splits, as far as they are known.</summary>
    public IReadOnlyList<SplitSize> Splits { get; init; } = [];

    /// <summary>The split that was scored, or null when none was.</summary>
    public string? ScoredSplit { get; init; }

    /// <summary>The scores that are defined, by their names in <see cref="Metric"/>.</summary>
    public IReadOnlyDictionary<string, double> Scores { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>The groups of classes, each division's from frequent to rare.</summary>
    public IReadOnlyList<ReportGroup> Groups { get; init; } = [];

    /// <summary>The metric by which the weights were chosen on dev.</summary>
    public string? SelectionMetric { get; init; }

    /// <summary>The step of the last stage whose weights were kept, or null when dev was never scored.</summary>
    public long? BestStep { get; init; }

    /// <summary>The dev score at that step.</summary>
    public double? BestScore { get; init; }

    /// <summary>The scores of dev during training, in order.</summary>
    public IReadOnlyList<LearningPoint> Learning { get; init; } = [];

    /// <summary>What the model said of each scored example; empty when that was not kept.</summary>
    public IReadOnlyList<ScoredExample> Predictions { get; init; } = [];

    /// <summary>Whether the examples are pictures, and the texts of <see cref="Predictions"/> their names.</summary>
    public bool ReadsPictures { get; init; }

    /// <summary>Some training pictures of some classes, those of <see cref="PictureChoice.Classes"/>; empty for texts, and when none were kept.</summary>
    public IReadOnlyList<ClassSamples> Samples { get; init; } = [];

    /// <summary>The pictures of some of <see cref="Predictions"/>, those of <see cref="PictureChoice.Predictions"/>, by index.</summary>
    public IReadOnlyDictionary<int, ReportPicture> PredictionPictures { get; init; } = new Dictionary<int, ReportPicture>();

    /// <summary>Which prompt sets the pictures of each class chose, or null for models that choose none.</summary>
    public PromptUsage? PromptUsage { get; init; }

    /// <summary>Files to print whole: the recipe as resolved, the label words.</summary>
    public IReadOnlyList<ReportFile> Files { get; init; } = [];

    /// <summary>The command that makes the run again, or null.</summary>
    public string? Command { get; init; }

    /// <summary>Versions, machine, data and model.</summary>
    public IReadOnlyList<ReportFact> Facts { get; init; } = [];

    /// <summary>Sentences on what is missing and why.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];
}
