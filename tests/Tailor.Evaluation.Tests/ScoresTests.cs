using FsCheck;
using FsCheck.Xunit;

namespace Tailor.Evaluation.Tests;

public class ScoresTests
{
    [Fact]
    public void A_class_only_ever_predicted_lowers_macro_f1_and_an_absent_class_only_that_of_all_classes()
    {
        ClassificationScores scores = ClassificationScores.Of([0, 0], [0, 1], 3);
        Assert.Equal(2.0 / 3 / 2, scores.MacroF1, 1e-15);
        Assert.Equal(2.0 / 3 / 3, scores.MacroF1AllClasses, 1e-15);
        Assert.Equal(0.5, scores.BalancedAccuracy);
    }

    [Fact]
    public void One_class_throughout_leaves_correlation_and_kappa_at_zero()
    {
        ClassificationScores scores = ClassificationScores.Of([1, 1], [1, 1], 2);
        Assert.Equal((0, 0, 1), (scores.MatthewsCorrelation, scores.Kappa, scores.Accuracy));
    }

    [Fact]
    public void Counts_far_above_a_million_do_not_overflow()
    {
        int[] gold = new int[3_000_000];
        Array.Fill(gold, 1, 0, 1_500_000);
        ClassificationScores scores = ClassificationScores.Of(gold, gold, 2);
        Assert.Equal((1, 1), (scores.MatthewsCorrelation, scores.Kappa));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Assert.Throws<ArgumentException>(() => ClassificationScores.Of([], [], 2));
        Assert.Throws<ArgumentException>(() => ClassificationScores.Of([0], [0, 1], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClassificationScores.Of([2], [0], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClassificationScores.Of([0], [-1], 2));
        Assert.Throws<ArgumentException>(() => ProbabilityScores.LogLoss([0], [0.5f], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProbabilityScores.LogLoss([2], [0.5f, 0.5f], 2));
    }

    [Fact]
    public void A_probability_of_zero_costs_a_finite_loss() => Assert.Equal(23 * Math.Log(2), ProbabilityScores.LogLoss([0], [0f, 1f], 2), 1e-12);

    [Fact]
    public void Calibration_bins_are_closed_above()
    {
        // With two bins 0.5 belongs to the lower one: |0 - 0.5| / 2 + |1 - 0.9| / 2.
        float[] probabilities = [0.5f, 0.5f, 0.1f, 0.9f];
        Assert.Equal(0.3, ProbabilityScores.ExpectedCalibrationError([1, 1], probabilities, 2, bins: 2), 1e-7);
    }

    [Fact]
    public void The_class_wise_error_asks_every_class_and_not_the_most_probable_alone()
    {
        // Two bins. Class 0: 0.4 and 0.2 below, one of both gold: |0.6 - 1|; 0.9 above, not gold: 0.9. Class 1: 0.1 below, gold: 0.9; 0.6 and 0.8 above, one gold: |1.4 - 1|. Three examples, two classes.
        float[] probabilities = [0.4f, 0.6f, 0.2f, 0.8f, 0.9f, 0.1f];
        Assert.Equal((0.4 + 0.9 + 0.9 + 0.4) / 3 / 2, ProbabilityScores.ClasswiseCalibrationError([0, 1, 1], probabilities, 2, bins: 2), 1e-6);
    }

    [Property]
    public void Groups_that_share_the_examples_out_weigh_at_least_as_much_as_the_whole(PositiveInt examples, int seed)
    {
        const int Classes = 5;
        var random = new Random(seed);
        int[] gold = [.. Enumerable.Range(0, examples.Get).Select(_ => random.Next(Classes))];
        float[] probabilities = [.. gold.SelectMany(_ =>
        {
            float[] row = [.. Enumerable.Range(0, Classes).Select(_ => random.NextSingle() + 1e-3f)];
            return row.Select(value => value / row.Sum());
        })];
        double parts = 0;
        foreach (int[] group in new int[][] { [0], [1, 2], [3, 4] })
        {
            parts += (ProbabilityScores.GroupCalibrationError(gold, probabilities, Classes, group) ?? 0) * gold.Count(group.Contains);
        }

        // Surpluses of one sign or the other may cancel in the whole, never in its parts.
        double whole = ProbabilityScores.ExpectedCalibrationError(gold, probabilities, Classes);
        Assert.True(parts / gold.Length >= whole - 1e-9);
        Assert.Equal(whole, ProbabilityScores.GroupCalibrationError(gold, probabilities, Classes, Enumerable.Range(0, Classes))!.Value, 1e-12);
    }

    [Fact]
    public void Among_equal_probabilities_the_larger_class_ranks_first()
    {
        float[] probabilities = [0.25f, 0.25f, 0.25f, 0.25f];
        Assert.Equal(0, ProbabilityScores.TopK([1], probabilities, 4, 2));
        Assert.Equal(1, ProbabilityScores.TopK([2], probabilities, 4, 2));
    }
}
