using Tailor.Foundation;

namespace Tailor.Baselines;

/// <summary>
/// The linear support vector machine of two classes with squared hinge loss,
/// min ½|w|² + Σ c_i max(0, 1 - y_i w·x_i)², solved in its dual one coordinate at a time (Hsieh, Chang, Lin, Keerthi and Sundararajan, ICML 2008, algorithm 3: random order and shrinking).
/// Each row has a constant 1 appended, so that the last weight is the intercept, which is penalised like the others (LIBLINEAR's <c>-B 1</c>, scikit-learn's <c>intercept_scaling=1</c>).
/// </summary>
/// <param name="rows">The examples' features.</param>
/// <param name="tolerance">The largest spread of the projected gradient at which the problem counts as solved.</param>
/// <param name="maxSweeps">The most sweeps over the examples.</param>
internal sealed class DualCoordinateDescent(SparseRows rows, double tolerance, int maxSweeps)
{
    private const double Still = 1e-12;

    private readonly int[] _order = new int[rows.Count];
    private readonly double[] _squares = [.. Enumerable.Range(0, rows.Count).Select(row => Square(rows.Values(row)) + 1)];

    /// <summary>The dual variable of each example after <see cref="Solve"/>: 0 where the example lies beyond the margin.</summary>
    public double[] Duals { get; } = new double[rows.Count];

    /// <summary>The weight of each column, and at last the intercept, after <see cref="Solve"/>.</summary>
    public double[] Weights { get; } = new double[rows.Width + 1];

    /// <summary>Solves a problem.</summary>
    /// <param name="positive">Whether an example is of the first class.</param>
    /// <param name="positiveCost">The cost c of such an example.</param>
    /// <param name="negativeCost">The cost of any other.</param>
    /// <param name="random">Orders the examples.</param>
    /// <returns>The sweeps it took; <c>maxSweeps</c> may have been too few.</returns>
    public int Solve(Func<int, bool> positive, double positiveCost, double negativeCost, RandomStream random)
    {
        Array.Clear(Duals);
        Array.Clear(Weights);
        double[] signs = [.. Enumerable.Range(0, rows.Count).Select(row => positive(row) ? 1.0 : -1.0)];
        for (int i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
        }

        int active = _order.Length, sweep = 0;
        double shrinkAbove = double.PositiveInfinity;
        while (sweep++ < maxSweeps)
        {
            random.Shuffle(_order.AsSpan(0, active));
            double largest = double.NegativeInfinity, smallest = double.PositiveInfinity;
            for (int s = 0; s < active; s++)
            {
                int i = _order[s];
                double sign = signs[i], softness = 0.5 / (sign > 0 ? positiveCost : negativeCost);
                double gradient = (sign * (rows.Dot(i, Weights) + Weights[^1])) - 1 + (Duals[i] * softness);
                double projected = gradient;
                if (Duals[i] == 0)
                {
                    if (gradient > shrinkAbove)
                    {
                        active--;
                        (_order[s], _order[active]) = (_order[active], _order[s]);
                        s--;
                        continue;
                    }

                    projected = Math.Min(gradient, 0);
                }

                largest = Math.Max(largest, projected);
                smallest = Math.Min(smallest, projected);
                if (Math.Abs(projected) > Still)
                {
                    double before = Duals[i];
                    Duals[i] = Math.Max(before - (gradient / (_squares[i] + softness)), 0);
                    double change = (Duals[i] - before) * sign;
                    rows.AddTo(i, change, Weights);
                    Weights[^1] += change;
                }
            }

            if (largest - smallest <= tolerance)
            {
                if (active == _order.Length)
                {
                    break;
                }

                // Solved among the examples left; what was set aside on the way is looked at once more.
                active = _order.Length;
                shrinkAbove = double.PositiveInfinity;
            }
            else
            {
                shrinkAbove = largest > 0 ? largest : double.PositiveInfinity;
            }
        }

        return Math.Min(sweep, maxSweeps);
    }

    private static double Square(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
        {
            sum += (double)value * value;
        }

        return sum;
    }
}
