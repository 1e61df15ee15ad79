using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Tuning;

/// <summary>
/// Temperature scaling (Guo et al., ICML 2017, section 4.2): z'_c = z_c / T with the one T of least log loss on held-out examples. It moves probabilities, never the predicted class. Held-out examples with a long tail fit T to
/// the common classes.
/// </summary>
public static class TemperatureScaling
{
    private const double Least = 0.01, Most = 100, Precision = 1e-6;

    /// <summary>The change of scores.</summary>
    /// <param name="classes">The number of classes.</param>
    /// <param name="temperature">T above 0.</param>
    public static ScoreChange Change(int classes, double temperature) => ScoreChange.Of([.. Enumerable.Repeat(1 / temperature, classes)]);

    /// <summary>The T in [0.01, 100] of least log loss, by golden-section search over log T, in which the log loss has a single valley: it is convex in 1 / T.</summary>
    /// <param name="scores">[examples, classes].</param>
    /// <param name="labels">Class ids, int64 [examples].</param>
    public static double Fit(Tensor scores, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(scores);
        double ratio = (Math.Sqrt(5) - 1) / 2, low = Math.Log(Least), high = Math.Log(Most);
        double Loss(double logarithm) => LogLoss(scores, labels, Math.Exp(logarithm));
        double left = high - (ratio * (high - low)), right = low + (ratio * (high - low));
        double lossLeft = Loss(left), lossRight = Loss(right);
        while (high - low > Precision)
        {
            if (lossLeft <= lossRight)
            {
                (high, right, lossRight) = (right, left, lossLeft);
                left = high - (ratio * (high - low));
                lossLeft = Loss(left);
            }
            else
            {
                (low, left, lossLeft) = (left, right, lossRight);
                right = low + (ratio * (high - low));
                lossRight = Loss(right);
            }
        }

        return Math.Exp((low + high) / 2);
    }

    /// <summary>The mean log loss in nats of scores divided by a temperature, in float64.</summary>
    /// <param name="scores">[examples, classes].</param>
    /// <param name="labels">Class ids, int64 [examples].</param>
    /// <param name="temperature">T above 0.</param>
    public static double LogLoss(Tensor scores, Tensor labels, double temperature)
    {
        ArgumentNullException.ThrowIfNull(scores);
        using DisposeScope scope = NewDisposeScope();
        return F.cross_entropy(scores.to(ScalarType.Float64).div(LastingScalar.Of(temperature)), labels).item<double>();
    }
}
