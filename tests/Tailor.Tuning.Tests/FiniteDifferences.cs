using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning.Tests;

/// <summary>Compares gradients that a backward pass has left with central differences, at some places of each parameter.</summary>
internal static class FiniteDifferences
{
    /// <param name="parameters">The parameters, with their gradients; their values are as before when it is over.</param>
    /// <param name="loss">The loss at their values.</param>
    /// <param name="step">How far a value is moved to either side.</param>
    /// <param name="places">About how many places of each parameter are looked at.</param>
    /// <param name="tolerance">What a gradient may be off by, of a parameter with this gradient.</param>
    public static void Check(IEnumerable<Parameter> parameters, Func<float> loss, float step, int places, Func<Tensor, double> tolerance)
    {
        using var _ = no_grad();
        foreach (Parameter parameter in parameters)
        {
            Tensor flat = parameter.Value.view(-1), gradient = parameter.Value.grad!.view(-1);
            double allowed = tolerance(gradient);
            for (long i = 0; i < flat.numel(); i += Math.Max(1, flat.numel() / places))
            {
                float value = flat[i].item<float>();
                flat[i] = value + step;
                float up = loss();
                flat[i] = value - step;
                float down = loss();
                flat[i] = value;
                Assert.Equal((up - down) / (2.0 * step), gradient[i].item<float>(), allowed);
            }
        }
    }
}
