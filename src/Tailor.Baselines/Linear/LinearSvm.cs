using Tailor.Foundation;

namespace Tailor.Baselines;

/// <summary>
/// The linear support vector machine of many classes, one against the rest, as scikit-learn's <c>LinearSVC</c>: squared hinge loss, intercept among the penalised weights.
/// The weights of one class are held at a time: they score the texts to classify and are dropped, so that memory does not grow with the classes.
/// </summary>
/// <param name="Cost">C, the cost of a unit of loss; LinearSVC's default is 1.</param>
/// <param name="Balanced">Whether a class's cost is C x examples / (classes x its examples), scikit-learn's <c>class_weight="balanced"</c>; the rest's cost stays C, as in LIBLINEAR (two classes: each has its own).</param>
/// <param name="Tolerance">The largest spread of the projected gradient.</param>
/// <param name="MaxSweeps">The most sweeps over the examples a class.</param>
public sealed record LinearSvm(double Cost = 1, bool Balanced = false, double Tolerance = 1e-4, int MaxSweeps = 1000)
{
    /// <summary>Trains on examples and classifies others.</summary>
    /// <param name="train">The training examples' features.</param>
    /// <param name="labels">Their classes, in [0, <paramref name="classes"/>); every class has examples.</param>
    /// <param name="classes">The number of classes, at least 2.</param>
    /// <param name="queries">The features of the examples to classify, part by part.</param>
    /// <param name="seed">Orders the examples within a sweep; the solution does not depend on it beyond the tolerance.</param>
    /// <param name="unsolved">The classes whose problem was not solved within <see cref="MaxSweeps"/>.</param>
    /// <param name="stop">Stops between two classes.</param>
    /// <returns>The class of each query, part by part.</returns>
    public int[][] Classify(SparseRows train, int[] labels, int classes, IReadOnlyList<SparseRows> queries, long seed, out int unsolved, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        int[] counts = new int[classes];
        foreach (int label in labels)
        {
            counts[label]++;
        }

        var problem = new DualCoordinateDescent(train, Tolerance, MaxSweeps);
        int[][] best = [.. queries.Select(part => new int[part.Count])];
        double[][] scores = [.. queries.Select(part => Enumerable.Repeat(double.NegativeInfinity, part.Count).ToArray())];
        unsolved = 0;
        for (int c = classes == 2 ? 1 : 0; c < classes; c++)
        {
            stop.ThrowIfCancellationRequested();
            int wanted = c;
            double rest = classes == 2 ? ClassCost(counts, 0) : Cost;
            int sweeps = problem.Solve(row => labels[row] == wanted, ClassCost(counts, c), rest, RandomStream.For(seed, "svm order", c));
            unsolved += sweeps < MaxSweeps ? 0 : 1;
            for (int part = 0; part < queries.Count; part++)
            {
                for (int row = 0; row < best[part].Length; row++)
                {
                    double score = queries[part].Dot(row, problem.Weights) + problem.Weights[^1];
                    if (score > (classes == 2 ? 0 : scores[part][row]))
                    {
                        (best[part][row], scores[part][row]) = (c, score);
                    }
                }
            }
        }

        return best;
    }

    private double ClassCost(int[] counts, int c) => Balanced ? Cost * counts.Sum() / ((double)counts.Length * counts[c]) : Cost;
}
