using Tailor.Engine;
using static TorchSharp.torch;

namespace Tailor.Goldens.Tests;

/// <summary>A parameter's whole gradient, dense and by touched row together, under its checkpoint names.</summary>
internal static class ParameterGradient
{
    public static IEnumerable<KeyValuePair<string, Tensor>> ByPart(Parameter parameter)
    {
        Tensor dense = parameter.Value.grad is { } gradient ? gradient.clone() : zeros_like(parameter.Value);
        if (parameter.Rows is { } rows)
        {
            foreach (long row in rows.TouchedThisStep)
            {
                dense[row].add_(tensor(rows[row].ToArray()));
            }
        }

        return parameter.Parts.Select(part => new KeyValuePair<string, Tensor>(part.Name, dense.narrow(0, part.FirstRow, part.Rows)));
    }

    /// <summary>The loss does not depend on a key bias (softmax cancels it): its gradient is rounding noise, to be judged by the size of the other gradients.</summary>
    public static double LeastScale(string name, IEnumerable<KeyValuePair<string, Tensor>> all) =>
        IsKeyBias(name) ? all.Max(g => g.Value.abs().max().item<float>()) : 0;

    public static bool IsKeyBias(string name) => name.EndsWith(".key.bias", StringComparison.Ordinal) || name.EndsWith(".k_proj.bias", StringComparison.Ordinal);
}
