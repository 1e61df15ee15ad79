using System.Text.Json;
using Tailor.Foundation;

namespace Tailor.Evaluation.Tests;

public class EvaluationReportTests
{
    private static readonly string[] Labels = ["打印", "vpn", "rare"];
    private static readonly int[] Gold = [0, 0, 1, 1, 2, 2];
    private static readonly int[] Predicted = [0, 0, 1, 0, 2, 1];
    private static readonly float[] Probabilities = [.8f, .1f, .1f, .7f, .2f, .1f, .1f, .8f, .1f, .5f, .3f, .2f, .1f, .2f, .7f, .1f, .6f, .3f];

    private static EvaluationReport Report() => EvaluationReport.Of(Labels, Gold, Predicted, Probabilities, [200, 50, 3]);

    [Fact]
    public void The_text_ends_with_groups_and_where_they_come_from()
    {
        string[] lines = Report().ToText().Split('\n');
        Assert.Contains("        head          1    1.0000    0.8000    1.0000    0.2500         2", lines);
        Assert.Contains("         few          1    0.5000    0.6667    0.5000    0.4500         2", lines);
        Assert.Contains(lines, line => line.StartsWith("head/tail: by the labels scored (Glee, EMNLP 2022); head while", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("many/medium/few: by training examples", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.TrimStart().StartsWith("log loss", StringComparison.Ordinal));
    }

    [Fact]
    public void An_exact_tie_is_rounded_to_the_even_digit_as_scikit_learn_does()
    {
        // 29 of 32 is 0.90625.
        int[] gold = new int[32];
        int[] predicted = new int[32];
        Array.Fill(predicted, 1, 0, 3);
        string[] words = EvaluationReport.Of(["a", "b"], gold, predicted, [], []).ToText().Split('\n').Single(line => line.TrimStart().StartsWith("accuracy", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["accuracy", "0.9062", "32"], words);
    }

    [Fact]
    public void The_json_holds_every_metric_each_class_and_each_group()
    {
        EvaluationReport report = Report();
        using var document = JsonDocument.Parse(report.ToJson());
        JsonElement root = document.RootElement;
        foreach (string name in Metric.Names)
        {
            Assert.Equal(Metric.Of(name, report), root.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null);
        }

        Assert.Equal(Labels, root.GetProperty("per_class").EnumerateArray().Select(item => item.GetProperty("label").GetString()));
        Assert.Equal(["head", "tail", "many", "medium", "few"], root.GetProperty("groups").EnumerateArray().Select(item => item.GetProperty("name").GetString()));
        Assert.All(root.GetProperty("groups").EnumerateArray(), item => Assert.NotEqual("", item.GetProperty("source").GetString() + item.GetProperty("thresholds").GetString()));
        JsonElement tail = root.GetProperty("groups")[1];
        Assert.Equal((report.Group("tail")!.F1, report.Group("tail")!.Accuracy, report.Group("tail")!.Ece), (tail.GetProperty("f1").GetDouble(), tail.GetProperty("accuracy").GetDouble(), tail.GetProperty("ece").GetDouble()));
    }

    [Fact]
    public void The_F1_of_the_positive_class_is_that_of_the_second_of_two()
    {
        Assert.Null(Metric.Of("positive_f1", Report()));

        // Of three positives two are found, beside one that is none: precision and recall are 2/3.
        EvaluationReport two = EvaluationReport.Of(["no", "yes"], [1, 1, 1, 0, 0], [1, 1, 0, 1, 0], [], []);
        Assert.Equal(2.0 / 3, Metric.Of("positive_f1", two)!.Value, 12);
    }

    [Fact]
    public void Without_probabilities_and_training_counts_their_scores_are_null()
    {
        EvaluationReport report = EvaluationReport.Of(Labels, Gold, Predicted, [], []);
        using var document = JsonDocument.Parse(report.ToJson());
        Assert.All(new[] { "log_loss", "ece", "classwise_ece", "many_accuracy", "many_f1", "medium_f1", "few_f1" }, name => Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty(name).ValueKind));
        Assert.Equal(["head", "tail"], report.Groups.Select(group => group.Name));
    }

    [Fact]
    public void Training_counts_of_other_classes_are_refused() => Assert.Throws<ArgumentException>(() => EvaluationReport.Of(Labels, Gold, Predicted, [], [1, 2]));

    [Fact]
    public void Losses_and_calibration_errors_are_better_when_lower() => Assert.Equal(["log_loss", "ece", "classwise_ece"], Metric.Names.Where(name => !Metric.HigherIsBetter(name)));

    [Fact]
    public void A_group_is_calibrated_by_its_own_examples()
    {
        // The examples of few say 0.7 and are right, and 0.6 and are wrong: |1 - 0.7| and |0 - 0.6| in bins of their own, half each.
        EvaluationReport report = Report();
        Assert.Equal(0.45, report.Group("few")!.Ece!.Value, 1e-6);
        Assert.Equal(0.5, report.Group("few")!.Accuracy);
        double whole = new[] { "many", "medium", "few" }.Sum(name => report.Group(name)!.Support * report.Group(name)!.Accuracy!.Value);
        Assert.Equal(report.Scores.Accuracy, whole / 6, 1e-12);
        Assert.Null(EvaluationReport.Of(Labels, Gold, Predicted, [], [200, 50, 3]).Group("few")!.Ece);
        Assert.Equal(report.Group("few")!.Accuracy, Metric.Of("few_accuracy", report));
    }

    [Fact]
    public void Micro_and_macro_of_a_group_differ_where_its_classes_do()
    {
        // Class 0 is right 3 of 3, class 1 none of 1.
        GroupScore group = EvaluationReport.Of(["a", "b"], [0, 0, 0, 1], [0, 0, 0, 0], [], [5, 5]).Group("few")!;
        Assert.Equal((0.75, 0.5), (group.Accuracy!.Value, group.Recall!.Value));
    }

    [Fact]
    public void The_bounds_say_to_whom_a_class_of_twenty_belongs()
    {
        EvaluationReport Of(ShotBounds bounds) => EvaluationReport.Of(Labels, Gold, Predicted, Probabilities, [200, 20, 3], bounds: bounds);
        Assert.Equal((1, 1), (Of(ShotBounds.Oltr).Group("medium")!.Classes, Of(ShotBounds.Oltr).Group("few")!.Classes));
        Assert.Equal((0, 2), (Of(ShotBounds.Lpt).Group("medium")!.Classes, Of(ShotBounds.Lpt).Group("few")!.Classes));
        Assert.Contains("many/medium/few: by training examples (LPT's code, ICLR 2023); many above 100 examples, medium 21 to 100, few below 21\n", Of(ShotBounds.Lpt).ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_metric_is_refused_with_the_nearest_name()
    {
        InputException fault = Assert.Throws<InputException>(() => Metric.HigherIsBetter("makro_f1"));
        Assert.Contains("did you mean 'macro_f1'?", fault.Message, StringComparison.Ordinal);
        Assert.Contains("balanced_accuracy", fault.Message, StringComparison.Ordinal);
    }
}
