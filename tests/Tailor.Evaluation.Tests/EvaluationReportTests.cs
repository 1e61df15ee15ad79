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
        Assert.Contains("        head          1    1.0000    0.8000         2", lines);
        Assert.Contains("         few          1    0.5000    0.6667         2", lines);
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
        string[] words = EvaluationReport.Of(["a", "b"], gold, predicted, [], []).ToText().Split('\n').Single(line => line.Contains("accuracy", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
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
        Assert.Equal(report.Group("tail")!.F1, root.GetProperty("groups")[1].GetProperty("f1").GetDouble());
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
        Assert.All(new[] { "log_loss", "ece", "many_f1", "medium_f1", "few_f1" }, name => Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty(name).ValueKind));
        Assert.Equal(["head", "tail"], report.Groups.Select(group => group.Name));
    }

    [Fact]
    public void Training_counts_of_other_classes_are_refused() => Assert.Throws<ArgumentException>(() => EvaluationReport.Of(Labels, Gold, Predicted, [], [1, 2]));

    [Fact]
    public void Losses_and_calibration_errors_are_better_when_lower() => Assert.Equal(["log_loss", "ece"], Metric.Names.Where(name => !Metric.HigherIsBetter(name)));

    [Fact]
    public void An_unknown_metric_is_refused_with_the_nearest_name()
    {
        InputException fault = Assert.Throws<InputException>(() => Metric.HigherIsBetter("makro_f1"));
        Assert.Contains("did you mean 'macro_f1'?", fault.Message, StringComparison.Ordinal);
        Assert.Contains("balanced_accuracy", fault.Message, StringComparison.Ordinal);
    }
}
