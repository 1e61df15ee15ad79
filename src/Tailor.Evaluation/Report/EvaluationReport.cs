namespace Tailor.Evaluation;

/// <summary>All that is said of a model's predictions on labelled data: overall scores, each class, and the head and the tail apart.</summary>
public sealed class EvaluationReport : IScoreReport
{
    private EvaluationReport(IReadOnlyList<string> labels, ClassificationScores scores, IReadOnlyList<Grouping> groupings, IReadOnlyList<GroupScore> groups) =>
        (Labels, Scores, Groupings, Groups) = (labels, scores, groupings, groups);

    /// <summary>The classes' names, by class id.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>The scores of the predicted classes.</summary>
    public ClassificationScores Scores { get; }

    /// <summary>The divisions of the classes: Glee's head and tail; many, medium and few where the training counts are known.</summary>
    public IReadOnlyList<Grouping> Groupings { get; }

    /// <summary>The scores of the groups, in the order of <see cref="Groupings"/>: head, tail, many, medium, few.</summary>
    public IReadOnlyList<GroupScore> Groups { get; }

    /// <summary>The log loss in nats, or null without probabilities.</summary>
    public double? LogLoss { get; private init; }

    /// <summary>The expected calibration error over 15 bins, or null without probabilities.</summary>
    public double? Ece { get; private init; }

    /// <summary>The class-wise calibration error over 15 bins, or null without probabilities.</summary>
    public double? ClasswiseEce { get; private init; }

    /// <summary>Scores predictions.</summary>
    /// <param name="labels">The classes' names, by class id.</param>
    /// <param name="gold">The right class of each example.</param>
    /// <param name="predicted">The predicted class of each example.</param>
    /// <param name="probabilities">Examples x classes, row-major; may be empty.</param>
    /// <param name="trainCounts">Training examples of each class; may be empty when they are not known, then there is no many/medium/few.</param>
    /// <param name="rho">The threshold of Glee's head, in [0, 1].</param>
    /// <param name="bounds">The bounds between many, medium and few.</param>
    /// <exception cref="ArgumentException">There is no example, or the sizes do not fit each other.</exception>
    public static EvaluationReport Of(
        IReadOnlyList<string> labels, ReadOnlySpan<int> gold, ReadOnlySpan<int> predicted, ReadOnlySpan<float> probabilities, IReadOnlyList<int> trainCounts, double rho = 0.55,
        ShotBounds bounds = ShotBounds.Oltr)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(trainCounts);
        if (trainCounts.Count != 0 && trainCounts.Count != labels.Count)
        {
            throw new ArgumentException($"{labels.Count} classes do not have {trainCounts.Count} training counts", nameof(trainCounts));
        }

        ClassificationScores scores = ClassificationScores.Of(gold, predicted, labels.Count);
        List<Grouping> groupings = [Evaluation.Groupings.GleeHeadTail(gold, labels.Count, rho, trainCounts.Count > 0 ? trainCounts : null)];
        if (trainCounts.Count > 0)
        {
            groupings.Add(Evaluation.Groupings.ManyMediumFew(trainCounts, bounds));
        }

        var groups = new List<GroupScore>();
        foreach (ClassGroup group in groupings.SelectMany(grouping => grouping.Groups))
        {
            groups.Add(GroupScore.Of(group, scores) with { Ece = probabilities.IsEmpty ? null : ProbabilityScores.GroupCalibrationError(gold, probabilities, labels.Count, group.Classes) });
        }

        return new EvaluationReport(labels, scores, groupings, groups)
        {
            LogLoss = probabilities.IsEmpty ? null : ProbabilityScores.LogLoss(gold, probabilities, labels.Count),
            Ece = probabilities.IsEmpty ? null : ProbabilityScores.ExpectedCalibrationError(gold, probabilities, labels.Count),
            ClasswiseEce = probabilities.IsEmpty ? null : ProbabilityScores.ClasswiseCalibrationError(gold, probabilities, labels.Count),
        };
    }

    /// <summary>The scores of a group, or null when the report has no group of that name.</summary>
    /// <param name="name">head, tail, many, medium or few.</param>
    public GroupScore? Group(string name) => Groups.FirstOrDefault(group => group.Name == name);

    /// <summary>The report for reading: scikit-learn's <c>classification_report</c> with four digits, then the groups and the remaining scores.</summary>
    public string ToText() => ReportText.Of(this);

    /// <summary>The report for programs: one JSON object with the names of <see cref="Metric"/>, <c>per_class</c> and <c>groups</c>; what is undefined is null.</summary>
    public string ToJson() => ReportJson.Of(this);
}
