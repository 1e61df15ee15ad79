using FsCheck;
using FsCheck.Xunit;

namespace Tailor.Data.Tests;

public sealed class LongTailProfileTests
{
    [Theory]
    [InlineData(500, 10, 100, 19_573, 50)]
    [InlineData(500, 50, 100, 12_608, 10)]
    [InlineData(500, 100, 100, 10_847, 5)]
    [InlineData(500, 200, 100, 9_502, 2)]
    [InlineData(5000, 100, 10, 12_406, 50)]
    [InlineData(5000, 50, 10, 13_996, 100)]
    [InlineData(5000, 10, 10, 20_431, 500)]
    public void Exponential_profiles_have_the_sizes_of_the_published_sets(int largest, double ratio, int classes, int total, int smallest)
    {
        var profile = LongTailProfile.Exponential(largest, ratio, classes);
        Assert.Equal((largest, total, smallest), (profile.Counts[0], profile.Counts.Sum(), profile.Counts[^1]));
    }

    [Theory]
    [InlineData(10, 69, 31, 0)]
    [InlineData(50, 41, 41, 18)]
    [InlineData(100, 35, 35, 30)]
    [InlineData(200, 30, 31, 39)]
    public void Exponential_profiles_have_the_published_groups(double ratio, int many, int medium, int few) =>
        Assert.Equal((many, medium, few), ClassGroupSizes.ManyMediumFew(LongTailProfile.Exponential(500, ratio, 100).Counts));

    [Theory]
    [InlineData(10, 10, 0, 0)]
    [InlineData(50, 9, 1, 0)]
    [InlineData(100, 8, 2, 0)]
    public void Exponential_profiles_of_ten_classes_have_the_published_groups(double ratio, int many, int medium, int few) =>
        Assert.Equal((many, medium, few), ClassGroupSizes.ManyMediumFew(LongTailProfile.Exponential(5000, ratio, 10).Counts));

    [Fact]
    public void Pareto_counts_are_powers_of_the_rank()
    {
        Assert.Equal([1280, 640, 426, 320], LongTailProfile.Pareto(1280, 1, 4).Counts);
        Assert.Equal([4980, 3521, 2875, 2490], LongTailProfile.Pareto(4980, 2, 4).Counts);

        // Over C classes the ratio is C^(1/alpha).
        Assert.Equal(Math.Pow(1000, 1.0 / 6), LongTailProfile.Pareto(1_000_000, 6, 1000).ImbalanceRatio, 1e-4);
        Assert.Contains("alpha 6", LongTailProfile.Pareto(100, 6, 4).Name, StringComparison.Ordinal);
    }

    [Property]
    public void Pareto_counts_fall_and_a_smaller_alpha_has_the_longer_tail(PositiveInt largest, PositiveInt classes)
    {
        int n = largest.Get, c = classes.Get + 1;
        double alpha = Math.Log(c) / Math.Log(n + 1) + 0.5;
        if ((int)(n * Math.Pow(c, -1 / alpha)) < 1)
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => LongTailProfile.Pareto(n, alpha, c));
            return;
        }

        IReadOnlyList<int> counts = LongTailProfile.Pareto(n, alpha, c).Counts;
        Assert.Equal((c, n), (counts.Count, counts[0]));
        Assert.True(counts.Zip(counts.Skip(1)).All(p => p.First >= p.Second) && counts[^1] >= 1);
        Assert.True(counts.Zip(LongTailProfile.Pareto(n, alpha * 2, c).Counts).All(p => p.First <= p.Second));
    }

    [Property]
    public void Exponential_counts_fall_and_none_is_empty(PositiveInt largest, PositiveInt ratio, PositiveInt classes)
    {
        int n = largest.Get;
        double r = 1 + (ratio.Get % n);
        IReadOnlyList<int> counts = LongTailProfile.Exponential(n, Math.Min(r, n), classes.Get + 1).Counts;
        Assert.Equal(classes.Get + 1, counts.Count);
        Assert.Equal(n, counts[0]);
        Assert.True(counts.Zip(counts.Skip(1)).All(p => p.First >= p.Second));
        Assert.True(counts[^1] >= 1);
    }

    [Fact]
    public void A_step_profile_has_two_levels()
    {
        Assert.Equal([100, 100, 10, 10, 10], LongTailProfile.Step(100, 10, 5).Counts);
        Assert.Equal(10, LongTailProfile.Step(100, 10, 4).ImbalanceRatio);
    }

    [Theory]
    [InlineData(0.1, 3756)]
    [InlineData(0.2, 7513)]
    [InlineData(0.3, 11270)]
    [InlineData(0.4, 15027)]
    [InlineData(0.5, 18784)]
    [InlineData(0.6, 22541)]
    [InlineData(0.7, 26298)]
    public void Two_class_profiles_keep_the_published_numbers_of_sst2(double rate, int negatives)
    {
        Assert.Equal([negatives, 37_569], LongTailProfile.TwoClass(37_569, rate).Counts);
        Assert.Equal([37_569, negatives], LongTailProfile.TwoClass(37_569, rate, sampledClass: 1).Counts);
    }

    [Fact]
    public void Impossible_profiles_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => LongTailProfile.Exponential(5, 6, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => LongTailProfile.Exponential(5, 0.5, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => LongTailProfile.Exponential(5, 2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => LongTailProfile.Step(0, 1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => LongTailProfile.Pareto(5, 0, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => LongTailProfile.Pareto(5, double.NaN, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => LongTailProfile.Pareto(5, 0.5, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => LongTailProfile.Pareto(5, 6, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => LongTailProfile.TwoClass(5, 0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => LongTailProfile.TwoClass(5, 1.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => LongTailProfile.TwoClass(5, 0.5, sampledClass: 2));
    }
}
