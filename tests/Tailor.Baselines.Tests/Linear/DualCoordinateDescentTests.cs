using Tailor.Foundation;

namespace Tailor.Baselines.Tests;

public class DualCoordinateDescentTests
{
    private const double Tight = 1e-9;

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 7.5, 1)]
    [InlineData(3, 0.2, 3)]
    public void The_conditions_of_Karush_Kuhn_and_Tucker_hold(long seed, double positiveCost, double negativeCost)
    {
        (SparseRows rows, int[] labels) = SparseSample.Make(200, 40, 3, seed);
        var problem = new DualCoordinateDescent(rows, Tight, 100_000);
        int sweeps = problem.Solve(row => labels[row] == 0, positiveCost, negativeCost, RandomStream.For(seed, "test"));
        Assert.InRange(sweeps, 2, 99_999);

        // Stationarity: w = sum of a_i y_i x_i; and for the squared hinge a_i = 2 c_i max(0, 1 - y_i w·x_i), which has complementary slackness in it.
        double[] sum = new double[rows.Width + 1];
        int support = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            double sign = labels[i] == 0 ? 1 : -1, cost = labels[i] == 0 ? positiveCost : negativeCost;
            double margin = sign * (rows.Dot(i, problem.Weights) + problem.Weights[^1]);
            Assert.Equal(2 * cost * Math.Max(0, 1 - margin), problem.Duals[i], 1e-6);
            rows.AddTo(i, problem.Duals[i] * sign, sum);
            sum[^1] += problem.Duals[i] * sign;
            support += problem.Duals[i] > 0 ? 1 : 0;
        }

        Assert.Equal(sum, problem.Weights, (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.InRange(support, 1, rows.Count - 1);
    }

    [Fact]
    public void A_class_cost_is_worth_as_many_copies_of_its_examples()
    {
        (SparseRows rows, int[] labels) = SparseSample.Make(90, 25, 2, 4);
        int[] copies = [.. Enumerable.Range(0, rows.Count).SelectMany(row => Enumerable.Repeat(row, labels[row] == 1 ? 3 : 1))];
        var weighted = new DualCoordinateDescent(rows, Tight, 100_000);
        weighted.Solve(row => labels[row] == 1, 3, 1, RandomStream.For(1, "test"));
        var copied = new DualCoordinateDescent(SparseSample.Pick(rows, copies), Tight, 100_000);
        copied.Solve(row => labels[copies[row]] == 1, 1, 1, RandomStream.For(2, "test"));
        Assert.Equal(copied.Weights, weighted.Weights, (a, b) => Math.Abs(a - b) < 1e-7);
    }

    [Fact]
    public void Two_points_have_the_solution_found_by_hand()
    {
        // x = (1) and (-1) on one axis: by symmetry w = (v, 0), and v + 2·2·(v - 1) = 0 for cost 1.
        var rows = new SparseRows(1, [0, 1, 2], [0, 0], [1, -1]);
        var problem = new DualCoordinateDescent(rows, Tight, 1000);
        problem.Solve(row => row == 0, 1, 1, RandomStream.For(1, "test"));
        Assert.Equal(0.8, problem.Weights[0], 1e-8);
        Assert.Equal(0, problem.Weights[1], 1e-8);
        Assert.Equal(0.4, problem.Duals[0], 1e-8);
    }

    [Fact]
    public void Too_few_sweeps_are_said() =>
        Assert.Equal(1, new DualCoordinateDescent(SparseSample.Make(50, 20, 2, 1).Rows, Tight, 1).Solve(row => row % 2 == 0, 1, 1, RandomStream.For(1, "test")));
}
