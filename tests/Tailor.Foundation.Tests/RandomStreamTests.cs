using Tailor.Foundation;

namespace Tailor.Foundation.Tests;

public class RandomStreamTests
{
    [Fact]
    public void Same_purpose_gives_the_same_values_and_another_purpose_gives_others()
    {
        RandomStream a = RandomStream.For(7, "order", 3), b = RandomStream.For(7, "order", 3), c = RandomStream.For(7, "order", 4), d = RandomStream.For(7, "split", 3);
        ulong value = a.NextUInt64();
        Assert.Equal(value, b.NextUInt64());
        Assert.NotEqual(value, c.NextUInt64());
        Assert.NotEqual(value, d.NextUInt64());
    }

    [Fact]
    public void Bounded_integers_are_uniform()
    {
        RandomStream stream = RandomStream.For(1, "uniform");
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++)
        {
            counts[stream.NextInt(7)]++;
        }

        // Chi-squared with 6 degrees of freedom stays below 22.5 with probability 0.999.
        Assert.InRange(counts.Sum(n => (n - 10_000.0) * (n - 10_000.0) / 10_000.0), 0, 22.5);
    }

    [Fact]
    public void Gaussians_have_mean_zero_and_variance_one()
    {
        RandomStream stream = RandomStream.For(2, "gauss");
        double[] values = Enumerable.Range(0, 100_000).Select(_ => stream.NextGaussian()).ToArray();
        Assert.InRange(values.Average(), -0.01, 0.01);
        Assert.InRange(values.Average(v => v * v), 0.98, 1.02);
    }

    [Fact]
    public void Shuffle_keeps_every_item_and_moves_some()
    {
        int[] items = Enumerable.Range(0, 100).ToArray();
        RandomStream stream = RandomStream.For(3, "shuffle");
        stream.Shuffle<int>(items);
        Assert.NotEqual(Enumerable.Range(0, 100), items);
        Assert.Equal(Enumerable.Range(0, 100), items.Order());
    }
}
