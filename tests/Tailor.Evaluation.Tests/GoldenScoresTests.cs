using System.Text.Json;

namespace Tailor.Evaluation.Tests;

public class GoldenScoresTests
{
    private const double Exact = 1e-12;

    public static IEnumerable<TheoryDataRow<int>> Cases => Golden.ClassificationCases();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Scores_of_classes_equal_scikit_learns(int index)
    {
        JsonElement golden = Golden.Classification(index);
        int classes = golden.GetProperty("classes").GetInt32();
        ClassificationScores scores = ClassificationScores.Of(golden.Ints("y_true"), golden.Ints("y_pred"), classes);
        Assert.Equal(golden.Double("accuracy"), scores.Accuracy, Exact);
        Assert.Equal(golden.Double("balanced_accuracy"), scores.BalancedAccuracy, Exact);
        Assert.Equal(golden.Double("macro_f1_union"), scores.MacroF1, Exact);
        Assert.Equal(golden.Double("macro_f1_all_labels"), scores.MacroF1AllClasses, Exact);
        Assert.Equal(golden.Double("micro_f1"), scores.MicroF1, Exact);
        Assert.Equal(golden.Double("weighted_f1"), scores.WeightedF1, Exact);
        Assert.Equal(golden.Double("mcc"), scores.MatthewsCorrelation, Exact);
        Assert.Equal(golden.Double("kappa"), scores.Kappa, Exact);
        Assert.Equal(golden.GetProperty("confusion").EnumerateArray().SelectMany(row => row.EnumerateArray()).Select(value => value.GetInt32()), scores.Confusion.ToArray());
        Assert.Equal(golden.Ints("support"), scores.PerClass.Select(score => score.Support));
        for (int c = 0; c < classes; c++)
        {
            Assert.Equal(golden.Doubles("precision")[c], scores.PerClass[c].Precision, Exact);
            Assert.Equal(golden.Doubles("recall")[c], scores.PerClass[c].Recall, Exact);
            Assert.Equal(golden.Doubles("f1")[c], scores.PerClass[c].F1, Exact);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Scores_of_probabilities_equal_the_references_up_to_single_precision(int index)
    {
        JsonElement golden = Golden.Classification(index);
        int classes = golden.GetProperty("classes").GetInt32();
        int[] gold = golden.Ints("y_true");
        float[] probabilities = golden.Probabilities();
        Assert.Equal(golden.Double("log_loss"), ProbabilityScores.LogLoss(gold, probabilities, classes), 1e-6);
        Assert.Equal(golden.Double("brier"), ProbabilityScores.Brier(gold, probabilities, classes), 1e-6);
        Assert.Equal(golden.Double("ece15_of_argmax"), ProbabilityScores.ExpectedCalibrationError(gold, probabilities, classes), 1e-6);
        if (golden.GetProperty("top3").ValueKind == JsonValueKind.Number)
        {
            Assert.Equal(golden.Double("top3"), ProbabilityScores.TopK(gold, probabilities, classes, 3), Exact);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_text_report_begins_with_scikit_learns_character_by_character(int index)
    {
        JsonElement golden = Golden.Classification(index);
        int classes = golden.GetProperty("classes").GetInt32();
        string[] labels = Enumerable.Range(0, classes).Select(c => $"class {c}").ToArray();
        string expected = golden.GetProperty("report").GetString()!;
        string text = EvaluationReport.Of(labels, golden.Ints("y_true"), golden.Ints("y_pred"), [], []).ToText();
        Assert.Equal(expected, text[..Math.Min(expected.Length, text.Length)]);
        Assert.StartsWith("\n", text[expected.Length..], StringComparison.Ordinal);
    }

    [Fact]
    public void Mean_and_deviation_over_seeds_equal_numpys()
    {
        int compared = 0;
        foreach (JsonElement golden in Golden.Paired())
        {
            foreach ((string name, int side) in new[] { ("a", 0), ("b", 1) })
            {
                SeedStatistics statistics = SeedStatistics.Of(golden.Doubles(name));
                Assert.Equal(golden.Doubles("mean")[side], statistics.Mean, Exact);
                Assert.Equal(golden.Doubles("sd")[side], statistics.StandardDeviation!.Value, Exact);
                compared++;
            }
        }

        Assert.True(compared >= 2);
    }

    [Fact]
    public void One_seed_has_a_mean_and_no_deviation() => Assert.Equal(new SeedStatistics(1, 0.5, null), SeedStatistics.Of([0.5]));
}
