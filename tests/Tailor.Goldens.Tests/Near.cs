using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Goldens.Tests;

/// <summary>Comparison relative to the largest expected entry, as the goldens' README asks.</summary>
internal static class Near
{
    public const double Losses = 1e-5, Gradients = 1e-4, Steps = 1e-3;

    /// <summary>With every linear layer in bfloat16, whose steps are 2⁻⁸ of a value: a few of them for states, logits and loss, more for gradients, which have come through twice as many layers and softmaxes of weights ten times as wide as usual.</summary>
    public const double MixedLosses = 0.04, MixedGradients = 0.15;

    public static void Equal(Tensor expected, Tensor actual, double tolerance, string what, double leastScale = 1e-6)
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.True(expected.shape.SequenceEqual(actual.shape), $"{what}: shape [{string.Join(", ", actual.shape)}], expected [{string.Join(", ", expected.shape)}]");
        Tensor want = expected.to(ScalarType.Float64), got = actual.detach().to(ScalarType.Float64);
        double scale = Math.Max(want.abs().max().item<double>(), Math.Max(leastScale, 1e-6)), off = want.sub(got).abs().max().item<double>();
        Assert.True(off <= tolerance * scale, $"{what}: off by {off:G3}, largest entry {scale:G3}, allowed {tolerance * scale:G3}");
    }

    public static void Equal(double expected, double actual, double tolerance, string what) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance * Math.Max(Math.Abs(expected), 1e-6), $"{what}: {actual:R}, expected {expected:R}");
}
