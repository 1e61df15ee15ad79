using Tailor.Foundation;

namespace Tailor.Evaluation;

/// <summary>The scores that can be called by name, to choose a checkpoint or to compare runs.</summary>
public static class Metric
{
    private static readonly Entry[] Entries =
    [
        new("accuracy", true, report => report.Scores.Accuracy),
        new("balanced_accuracy", true, report => report.Scores.BalancedAccuracy),
        new("macro_f1", true, report => report.Scores.MacroF1),
        new("micro_f1", true, report => report.Scores.MicroF1),
        new("weighted_f1", true, report => report.Scores.WeightedF1),
        new("positive_f1", true, report => report.Scores.Classes == 2 ? report.Scores.PerClass[1].F1 : null),
        new("mcc", true, report => report.Scores.MatthewsCorrelation),
        new("head_f1", true, report => report.Group("head")?.F1),
        new("tail_f1", true, report => report.Group("tail")?.F1),
        new("many_f1", true, report => report.Group("many")?.F1),
        new("medium_f1", true, report => report.Group("medium")?.F1),
        new("few_f1", true, report => report.Group("few")?.F1),
        new("many_accuracy", true, report => report.Group("many")?.Accuracy),
        new("medium_accuracy", true, report => report.Group("medium")?.Accuracy),
        new("few_accuracy", true, report => report.Group("few")?.Accuracy),
        new("log_loss", false, report => report.LogLoss),
        new("ece", false, report => report.Ece),
        new("classwise_ece", false, report => report.ClasswiseEce),
    ];

    /// <summary>The names, in the order in which they are shown.</summary>
    public static IReadOnlyList<string> Names { get; } = Entries.Select(entry => entry.Name).ToArray();

    /// <summary>The metrics that tables show, in order: papers on pictures report the accuracy of groups.</summary>
    /// <param name="ofPictures">Whether the examples are pictures.</param>
    public static IReadOnlyList<string> Tabulated(bool ofPictures) => ofPictures
        ? ["accuracy", "many_accuracy", "medium_accuracy", "few_accuracy", "macro_f1", "many_f1", "medium_f1", "few_f1"]
        : ["accuracy", "macro_f1", "head_f1", "tail_f1", "many_f1", "medium_f1", "few_f1"];

    /// <summary>Whether more is better.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="InputException">There is no metric of that name.</exception>
    public static bool HigherIsBetter(string name) => Find(name).HigherIsBetter;

    /// <summary>The value of a metric, or null when the report does not define it (an empty group, no probabilities, no training counts).</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="report">The report to read it from.</param>
    /// <exception cref="InputException">There is no metric of that name.</exception>
    public static double? Of(string name, EvaluationReport report) => Find(name).Value(report);

    private static Entry Find(string name) => Array.Find(Entries, entry => entry.Name == name)
        ?? throw new InputException($"metric '{name}' is not known{NearestName.Hint(name, Names)}; the metrics are {string.Join(", ", Names)}");

    private sealed record Entry(string Name, bool HigherIsBetter, Func<EvaluationReport, double?> Value);
}
