using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;
using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning;

/// <summary>
/// Multinomial logistic regression on features that do not change, its examples weighted by n / (C n_y): the objective of scikit-learn's <c>LogisticRegression(class_weight="balanced")</c>, Σ_i s_i CE_i + ‖W‖² / 2 with free biases,
/// minimised by L-BFGS over the full batch. A pure function of features and labels.
/// </summary>
public static class LinearProbe
{
    /// <summary>Iterations of L-BFGS, as LIFT's code has (ICML 2024, arXiv 2309.10019).</summary>
    private const int Iterations = 100;

    private const int Memory = 10;
    private const double GradientTolerance = 1e-6;

    /// <summary>Scores of one block of examples, so that no matrix of all examples and classes is held.</summary>
    private const long BlockScores = 1 << 24;

    /// <summary>Fits the regression.</summary>
    /// <param name="features">[examples, width], at least one example.</param>
    /// <param name="labels">Their classes.</param>
    /// <param name="classes">The number of classes; one without examples keeps weights near zero.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>[classes, width], float32 on the features' device.</returns>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Tensor Fit(Tensor features, IReadOnlyList<int> labels, int classes, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(labels);
        using var _ = no_grad();
        using DisposeScope scope = NewDisposeScope();
        long width = features.shape[1];

        // Features of length about 1 make a unit step of the line search a sensible one; the penalty is that of the features as they are.
        double length = Math.Max(features.norm(1).mean().item<float>(), 1e-12), penalty = 1 / (length * length);
        Tensor scaled = features.div(LastingScalar.Of(length)), gold = tensor(labels.Select(id => (long)id).ToArray(), device: features.device);
        Tensor weights = tensor(Weights(labels, classes), device: features.device);
        double best = double.PositiveInfinity;
        double[] point = new double[(width + 1) * classes], found = point;
        IObjectiveFunction objective = ObjectiveFunction.Gradient(at =>
        {
            stop.ThrowIfCancellationRequested();
            (double value, double[] gradient) = Loss(scaled, gold, weights, at.AsArray() ?? at.ToArray(), classes, penalty);
            if (value < best)
            {
                (best, found) = (value, at.ToArray());
            }

            return (value, Vector<double>.Build.Dense(gradient));
        });
        try
        {
            new LimitedMemoryBfgsMinimizer(GradientTolerance, parameterTolerance: 1e-10, functionProgressTolerance: 1e-10, Memory, Iterations).FindMinimum(objective, Vector<double>.Build.Dense(point));
        }
        catch (OptimizationException)
        {
            // MathNet throws when the iterations are used up or the last digit of the loss is reached; the best point is kept above.
        }

        return tensor(found, [classes, width + 1]).narrow(1, 0, width).div(LastingScalar.Of(length)).to(ScalarType.Float32).to(features.device).MoveToOuterDisposeScope();
    }

    /// <summary>n / (C n_y) of each example, over the number of examples; C counts the classes that have examples.</summary>
    private static float[] Weights(IReadOnlyList<int> labels, int classes)
    {
        int[] counts = new int[classes];
        foreach (int label in labels)
        {
            counts[label]++;
        }

        int present = counts.Count(n => n > 0);
        return [.. labels.Select(label => 1f / (present * counts[label]))];
    }

    /// <summary>The objective over the number of examples and its gradient; a row of the parameters is a class's weights and bias.</summary>
    private static (double Value, double[] Gradient) Loss(Tensor features, Tensor gold, Tensor weights, double[] at, int classes, double penalty)
    {
        using DisposeScope scope = NewDisposeScope();
        long examples = features.shape[0], width = features.shape[1], block = Math.Max(1, BlockScores / classes);
        Tensor parameters = tensor(at, [classes, width + 1], device: features.device), rows = parameters.narrow(1, 0, width), bias = parameters.narrow(1, width, 1).squeeze(1).to(ScalarType.Float32);
        Tensor single = rows.to(ScalarType.Float32), gradient = zeros([classes, width + 1], ScalarType.Float64, features.device), value = zeros([], ScalarType.Float64, features.device);
        for (long first = 0; first < examples; first += block)
        {
            using DisposeScope inner = NewDisposeScope();
            long count = Math.Min(block, examples - first);
            Tensor some = features.narrow(0, first, count), labels = gold.narrow(0, first, count), share = weights.narrow(0, first, count);
            Tensor log = F.log_softmax(some.matmul(single.t()).add(bias, LastingScalar.One), 1), own = labels.unsqueeze(1);
            value.sub_(log.gather(1, own).squeeze(1).to(ScalarType.Float64).mul(share).sum());
            Tensor residual = log.exp().scatter_add(1, own, full([count, 1], LastingScalar.Of(-1d), device: features.device)).mul(share.unsqueeze(1));
            gradient.narrow(1, 0, width).add_(residual.t().matmul(some), LastingScalar.One);
            gradient.narrow(1, width, 1).add_(residual.sum([0]).unsqueeze(1), LastingScalar.One);
        }

        double shrink = penalty / examples;
        gradient.narrow(1, 0, width).add_(rows.mul(LastingScalar.Of(shrink)), LastingScalar.One);
        return (value.item<double>() + (rows.pow(LastingScalar.Of(2)).sum().item<double>() * shrink / 2), gradient.cpu().data<double>().ToArray());
    }
}
