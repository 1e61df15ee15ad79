using System.Text.Json.Nodes;
using Tailor.Evaluation;

namespace Tailor.Goldens.Tests;

/// <summary>metrics.json: scikit-learn's classification metrics and reports.</summary>
public class MetricGoldens
{
    private static JsonObject File => JsonNode.Parse(System.IO.File.ReadAllText(GoldenFolder.Require("metrics.json")))!.AsObject();

    [Fact]
    public void Classification_agrees_with_the_reference() => Tally.RunAll(
        "metrics/classification", Cases("classification"), c => $"case {c.Index}", c => Check(c.Case, perfect: c.Index == 1));

    [Fact]
    public void Paired_tests_and_correlations_agree_with_the_reference() => Tally.RunAll("metrics/paired", Cases("paired"), c => $"case {c.Index}", c => Paired(c.Case));

    [Fact]
    public void McNemar_agrees_with_the_reference() => Tally.RunAll(
        "metrics/mcnemar", Cases("mcnemar"), c => $"case {c.Index}", c => Near.Equal(Number(c.Case, "exact_p"), McNemarTest.Exact((int)Number(c.Case, "b"), (int)Number(c.Case, "c")).PValue, 1e-9, "exact_p"));

    private static IEnumerable<(JsonObject Case, int Index)> Cases(string kind) => File[kind]!.AsArray().Select((c, i) => (c!.AsObject(), i));

    private static double Number(JsonObject golden, string key) => golden[key]!.GetValue<double>();

    private static void Paired(JsonObject golden)
    {
        double[] Doubles(string key) => golden[key]!.AsArray().Select(n => n!.GetValue<double>()).ToArray();
        double[] a = Doubles("a"), b = Doubles("b");
        TTest t = TTest.Paired(a, b);
        WilcoxonTest wilcoxon = WilcoxonTest.Paired(a, b);
        SeedStatistics[] sides = [SeedStatistics.Of(a), SeedStatistics.Of(b)];
        Near.Equal(Number(golden, "pearson"), Correlation.Pearson(a, b)!.Value, 1e-9, "pearson");
        Near.Equal(Number(golden, "spearman"), Correlation.Spearman(a, b)!.Value, 1e-9, "spearman");
        void All(string key, params double[] actual)
        {
            foreach ((double expected, double value) in Doubles(key).Zip(actual))
            {
                Near.Equal(expected, value, 1e-9, key);
            }
        }

        All("paired_t", t.Statistic!.Value, t.PValue!.Value);
        All("t_interval95_of_mean_difference", t.Interval!.Value.Lower, t.Interval.Value.Upper);
        All("wilcoxon", wilcoxon.Statistic, wilcoxon.PValue);
        All("mean", sides[0].Mean, sides[1].Mean);
        All("sd", sides[0].StandardDeviation!.Value, sides[1].StandardDeviation!.Value);
    }

    private static void Check(JsonObject golden, bool perfect)
    {
        int classes = golden["classes"]!.GetValue<int>();
        int[] gold = Integers(golden["y_true"]), predicted = Integers(golden["y_pred"]);
        float[] probabilities = golden["prob"]!.AsArray().SelectMany(row => row!.AsArray().Select(p => (float)p!.GetValue<double>())).ToArray();
        ClassificationScores scores = ClassificationScores.Of(gold, predicted, classes);
        void Same(string key, double actual, double tolerance = 1e-9)
        {
            double expected = golden[key]!.GetValue<double>();
            Assert.True(Math.Abs(expected - actual) <= tolerance * Math.Max(1, Math.Abs(expected)), $"{key}: {actual:R}, expected {expected:R}");
        }

        Same("accuracy", scores.Accuracy);
        Same("balanced_accuracy", scores.BalancedAccuracy);
        Same("macro_f1_union", scores.MacroF1);
        Same("macro_f1_all_labels", scores.MacroF1AllClasses);
        Same("micro_f1", scores.MicroF1);
        Same("weighted_f1", scores.WeightedF1);
        Same("mcc", scores.MatthewsCorrelation);
        Same("log_loss", ProbabilityScores.LogLoss(gold, probabilities, classes), 1e-5);
        Same("brier", ProbabilityScores.Brier(gold, probabilities, classes), 1e-5);
        for (int c = 0; c < classes; c++)
        {
            Assert.Equal(golden["precision"]![c]!.GetValue<double>(), scores.PerClass[c].Precision, 1e-9);
            Assert.Equal(golden["recall"]![c]!.GetValue<double>(), scores.PerClass[c].Recall, 1e-9);
            Assert.Equal(golden["f1"]![c]!.GetValue<double>(), scores.PerClass[c].F1, 1e-9);
            Assert.Equal(golden["support"]![c]!.GetValue<int>(), scores.PerClass[c].Support);
        }

        string[] labels = Enumerable.Range(0, classes).Select(c => $"class {c}").ToArray();
        EvaluationReport report = EvaluationReport.Of(labels, gold, predicted, probabilities, new int[classes]);
        Assert.StartsWith(golden["report"]!.GetValue<string>().TrimEnd('\n'), report.ToText(), StringComparison.Ordinal);
        if (!perfect)
        {
            Same("ece15_of_argmax", ProbabilityScores.ExpectedCalibrationError(gold, probabilities, classes), 1e-5);
        }
    }

    private static int[] Integers(JsonNode? array) => array!.AsArray().Select(n => n!.GetValue<int>()).ToArray();
}
