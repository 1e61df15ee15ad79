namespace Tailor.Baselines.Tests;

public class StandardizationTests
{
    [Fact]
    public void Features_get_mean_0_and_deviation_1_and_a_constant_is_only_shifted()
    {
        // Columns 1, 2, 6 (mean 3, variance 14/3) and 5, 5, 5.
        var scale = Standardization.Of([1, 5, 2, 5, 6, 5], 2);
        double deviation = Math.Sqrt(14 / 3.0);
        Assert.Equal([-2 / deviation, 0, -1 / deviation, 0, 3 / deviation, 0], scale.Apply([1, 5, 2, 5, 6, 5]).Select(x => (double)x), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal([0, 2], scale.Apply([3, 7]));
    }
}
