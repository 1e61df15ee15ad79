using FsCheck.Xunit;

namespace Tailor.Data.Tests;

public sealed class StratifiedSplitTests
{
    [Property]
    public void No_class_is_lost_while_it_has_enough_examples(byte[] labels, long seed)
    {
        int[] ids = [.. labels.Select(l => l % 7)];
        SplitPart[] parts = StratifiedSplit.Assign(ids, 7, seed, 0.1, 0.2);
        Assert.Equal(ids.Length, parts.Length);
        for (int c = 0; c < 7; c++)
        {
            int Of(SplitPart part) => Enumerable.Range(0, ids.Length).Count(i => ids[i] == c && parts[i] == part);
            int count = ids.Count(id => id == c);
            (int train, int dev, int test) = (Of(SplitPart.Train), Of(SplitPart.Dev), Of(SplitPart.Test));
            Assert.Equal(count, train + dev + test);
            switch (count)
            {
                case 0 or 1:
                    Assert.Equal(count, train);
                    break;
                case 2:
                    Assert.Equal((1, 0, 1), (train, dev, test));
                    break;
                default:
                    Assert.True(train > 0 && dev > 0 && test > 0);
                    Assert.InRange(test, (count * 0.2) - 0.5, Math.Max(1, (count * 0.2) + 0.5));
                    Assert.InRange(dev, (count * 0.1) - 0.5, Math.Max(1, (count * 0.1) + 0.5));
                    break;
            }
        }
    }

    [Property]
    public void The_same_seed_gives_the_same_split(byte[] labels, long seed)
    {
        int[] ids = [.. labels.Select(l => l % 5)];
        Assert.Equal(StratifiedSplit.Assign(ids, 5, seed, 0.2, 0.3), StratifiedSplit.Assign(ids, 5, seed, 0.2, 0.3));
    }

    [Fact]
    public void Another_seed_gives_another_split()
    {
        int[] ids = [.. Enumerable.Range(0, 200).Select(i => i % 4)];
        Assert.NotEqual(StratifiedSplit.Assign(ids, 4, 1, 0.1, 0.2), StratifiedSplit.Assign(ids, 4, 2, 0.1, 0.2));
    }

    [Theory]
    [InlineData(0.9, 0.09)]
    [InlineData(0.05, 0.94)]
    public void Train_keeps_an_example_of_each_class_whatever_the_fractions(double dev, double test)
    {
        int[] ids = [.. Enumerable.Range(0, 30).Select(i => i % 10)];
        SplitPart[] parts = StratifiedSplit.Assign(ids, 10, 5, dev, test);
        Assert.All(Enumerable.Range(0, 10), c => Assert.Equal(3, Enumerable.Range(0, 30).Where(i => ids[i] == c).Select(i => parts[i]).Distinct().Count()));
    }

    [Fact]
    public void A_part_of_fraction_zero_is_empty()
    {
        SplitPart[] parts = StratifiedSplit.Assign([0, 0, 1, 1, 1], 2, 5, 0.2, 0);
        Assert.DoesNotContain(SplitPart.Test, parts);
        Assert.Equal(2, parts.Count(p => p == SplitPart.Dev));
    }

    [Theory]
    [InlineData(-0.1, 0.2)]
    [InlineData(0.5, 0.5)]
    [InlineData(double.NaN, 0.1)]
    public void Impossible_fractions_are_refused(double dev, double test) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => StratifiedSplit.Assign([0, 1], 2, 1, dev, test));
}
