using System.Text.Json;
using Tailor.Foundation;

namespace Tailor.Evaluation.Tests;

public class StatisticsTests
{
    private const double Exact = 1e-11;

    [Fact]
    public void Paired_tests_and_correlations_equal_SciPys()
    {
        int compared = 0;
        foreach (JsonElement golden in Golden.Paired())
        {
            double[] a = golden.Doubles("a"), b = golden.Doubles("b");
            TTest t = TTest.Paired(a, b);
            WilcoxonTest wilcoxon = WilcoxonTest.Paired(a, b);
            Assert.Equal(golden.Double("pearson"), Correlation.Pearson(a, b)!.Value, Exact);
            Assert.Equal(golden.Double("spearman"), Correlation.Spearman(a, b)!.Value, Exact);
            Assert.Equal(golden.Doubles("paired_t"), [t.Statistic!.Value, t.PValue!.Value], Near);
            Assert.Equal(golden.Doubles("t_interval95_of_mean_difference"), [t.Interval!.Value.Lower, t.Interval.Value.Upper], Near);
            Assert.Equal(golden.Doubles("wilcoxon"), [wilcoxon.Statistic, wilcoxon.PValue], Near);
            compared++;
        }

        Assert.True(compared >= 2);
    }

    [Fact]
    public void McNemar_equals_SciPys()
    {
        int compared = 0;
        foreach (JsonElement golden in Golden.McNemar())
        {
            Assert.Equal(golden.Double("exact_p"), McNemarTest.Exact(golden.GetProperty("b").GetInt32(), golden.GetProperty("c").GetInt32()).PValue, Exact);
            compared++;
        }

        Assert.True(compared >= 2);
    }

    [Fact]
    public void McNemar_counts_the_examples_that_one_side_alone_has_right()
    {
        ScoredExample[] first = [Said(0, 0), Said(0, 0), Said(1, 1), Said(1, 0), Said(1, 0)], second = [Said(0, 0), Said(0, 1), Said(1, 0), Said(1, 1), Said(1, 0)];
        Assert.Equal(new McNemarTest(2, 1, 1), McNemarTest.Of(first, second));
        Assert.Equal(1, McNemarTest.Of(first, first).PValue);
        Assert.Contains("example 4", Assert.Throws<ArgumentException>(() => McNemarTest.Of(first, [.. second.Take(3), Said(0, 0), second[4]])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => McNemarTest.Of(first, second[..4]));
    }

    [Fact]
    public void An_interval_covers_the_true_mean_as_often_as_it_says()
    {
        const int trials = 4000, count = 3;
        RandomStream random = RandomStream.For(5, "coverage");
        int covered = 0, rejected = 0;
        for (int trial = 0; trial < trials; trial++)
        {
            TTest test = TTest.OneSample([.. Enumerable.Range(0, count).Select(_ => 2 + random.NextGaussian())], 2);
            covered += test.Interval is { Lower: <= 0, Upper: >= 0 } ? 1 : 0;
            rejected += test.PValue < 0.05 ? 1 : 0;
        }

        Assert.Equal(trials, covered + rejected);
        Assert.InRange((double)covered / trials, 0.94, 0.96);
    }

    [Fact]
    public void Differences_that_do_not_vary_are_judged_only_when_they_are_none()
    {
        TTest none = TTest.Paired([0.3, 0.7], [0.3, 0.7]), same = TTest.Paired([0.9, 0.8, 0.7], [0.8, 0.7, 0.6]);
        Assert.Equal((1.0, null), (none.PValue!.Value, none.Interval));
        Assert.Equal(((double?)null, (double?)null, (Interval?)null), (same.PValue, same.Statistic, same.Interval));
        Assert.Equal(0.1, same.MeanDifference, Exact);
        Assert.Throws<ArgumentException>(() => TTest.Paired([1], [2]));
        Assert.Throws<ArgumentException>(() => TTest.Paired([1, 2], [2]));
    }

    [Fact]
    public void Few_pairs_without_ties_are_counted_out()
    {
        double[] differences = [0.5, -1, 1.5, 2, -2.5, 3, 4, 5];
        WilcoxonTest test = WilcoxonTest.Paired(differences, new double[8]);
        int atMost = 0;
        for (int signs = 0; signs < 256; signs++)
        {
            atMost += Enumerable.Range(1, 8).Where(rank => (signs >> (rank - 1) & 1) == 1).Sum() <= 7 ? 1 : 0;
        }

        Assert.Equal((7.0, true, 2.0 * atMost / 256), (test.Statistic, test.Exact, test.PValue));
        Assert.Equal(2.0 / 64, WilcoxonTest.Paired([1, 2, 3, 4, 5, 6], new double[6]).PValue);
        Assert.False(WilcoxonTest.Paired([1, 1, 3], new double[3]).Exact);
        Assert.Equal(1, WilcoxonTest.Paired([1, 2], [1, 2]).PValue);
    }

    [Fact]
    public void Holms_correction_steps_down()
    {
        // 0.005 x 4, 0.01 x 3, 0.03 x 2, and 0.04 x 1 lifted to what stands before it.
        double[] adjusted = HolmCorrection.Adjust([0.01, 0.04, 0.03, 0.005]);
        Assert.Equal([0.03, 0.06, 0.06, 0.02], adjusted, Near);
        Assert.Equal([0.2], HolmCorrection.Adjust([0.2]), Near);
        Assert.Equal([1, 1], HolmCorrection.Adjust([0.9, 0.6]), Near);
        Assert.Empty(HolmCorrection.Adjust([]));
    }

    [Fact]
    public void A_correlation_without_variation_is_not_defined()
    {
        Assert.Null(Correlation.Pearson([1, 1, 1], [1, 2, 3]));
        Assert.Null(Correlation.Spearman([1, 2, 3], [2, 2, 2]));
        Assert.Equal(1, Correlation.Spearman([1, 2, 30], [0, 5, 6])!.Value, Exact);
        Assert.Throws<ArgumentException>(() => Correlation.Pearson([1], [1]));
    }

    [Fact]
    public void Methods_are_paired_by_seed_and_corrected_together()
    {
        SeedScores a = Scores("a", (1, 0.80), (2, 0.82), (3, 0.84)), b = Scores("b", (1, 0.70), (2, 0.73), (3, 0.74), (4, 0.10)), c = Scores("c", (2, 0.81), (3, 0.85));
        Assert.Equal(("c", "b"), (SeedContrast.Best([b, a, c], higherIsBetter: true).Name, SeedContrast.Best([b, a, c], higherIsBetter: false).Name));
        IReadOnlyList<SeedContrast> contrasts = SeedContrast.With(a, [b, c]);
        double p = TTest.Paired([0.80, 0.82, 0.84], [0.70, 0.73, 0.74]).PValue!.Value;
        Assert.Equal((3, 2), (contrasts[0].Seeds, contrasts[1].Seeds));
        Assert.Equal(2 * p, contrasts[0].AdjustedPValue!.Value, Exact);
        Assert.Equal((true, false), (contrasts[0].Differs, contrasts[1].Differs));
        Assert.Equal((0.09 + 0.1 + 0.1) / 3, contrasts[0].Difference!.Value, Exact);
    }

    [Fact]
    public void A_deterministic_method_is_a_number_to_test_against()
    {
        SeedScores seeds = Scores("seeds", (1, 0.5), (2, 0.6), (3, 0.7)), fixedScore = Scores("fixed", (0, 0.8)) with { Deterministic = true };
        SeedContrast one = SeedContrast.With(fixedScore, [seeds])[0], other = SeedContrast.With(seeds, [fixedScore])[0];
        TTest expected = TTest.OneSample([0.5, 0.6, 0.7], 0.8);
        Assert.Equal(0.2, one.Difference!.Value, Exact);
        Assert.Equal(expected.PValue, one.AdjustedPValue);
        Assert.Equal((-expected.Interval!.Value.Upper, -expected.Interval.Value.Lower), (one.Test!.Interval!.Value.Lower, one.Test.Interval.Value.Upper));
        Assert.Equal((-0.2, expected), (Math.Round(other.Difference!.Value, 12), other.Test));
        SeedContrast untested = SeedContrast.With(fixedScore, [Scores("single", (9, 0.1)), fixedScore with { Name = "twin" }])[1];
        Assert.Equal((0.0, null, null), (untested.Difference!.Value, untested.Test, untested.Differs));
    }

    private static SeedScores Scores(string name, params (long Seed, double Score)[] scores) => new(name, scores.ToDictionary(s => s.Seed, s => s.Score), Deterministic: false);

    private static ScoredExample Said(int gold, int predicted) => new("text", gold, predicted, null, null);

    private static bool Near(double expected, double actual) => Math.Abs(expected - actual) <= Exact * Math.Max(1, Math.Abs(expected));
}
