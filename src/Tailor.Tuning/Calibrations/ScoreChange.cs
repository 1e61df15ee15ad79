using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>
/// An affine change of class scores, z'_c = a_c z_c + b_c: what every calibration but the nearest class mean comes to. In a head with a last layer it is folded into that layer's rows and biases, so that it costs nothing and
/// transformers gives the same logits.
/// </summary>
/// <param name="scale">a, one a class.</param>
/// <param name="shift">b, one a class.</param>
public sealed class ScoreChange(double[] scale, double[] shift)
{
    /// <summary>a, one a class.</summary>
    public IReadOnlyList<double> Scale => scale;

    /// <summary>b, one a class.</summary>
    public IReadOnlyList<double> Shift => shift;

    /// <summary>The change that scales alone.</summary>
    /// <param name="scale">a, one a class.</param>
    public static ScoreChange Of(double[] scale)
    {
        ArgumentNullException.ThrowIfNull(scale);
        return new(scale, new double[scale.Length]);
    }

    /// <summary>This change and then another.</summary>
    /// <param name="next">The other, of as many classes.</param>
    public ScoreChange Then(ScoreChange next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return new(scale.Zip(next.Scale, (a, b) => a * b).ToArray(), shift.Select((b, c) => (next.Scale[c] * b) + next.Shift[c]).ToArray());
    }

    /// <summary>Changes scores.</summary>
    /// <param name="scores">[examples, classes].</param>
    public Tensor Apply(Tensor scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        return scores.mul(tensor(scale, dtype: scores.dtype, device: scores.device)).add(tensor(shift, dtype: scores.dtype, device: scores.device), LastingScalar.One);
    }

    /// <summary>A last layer's weight or bias with the change in it; computed in float64.</summary>
    /// <param name="value">[classes, width] or [classes].</param>
    public Tensor Fold(Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Tensor exact = value.to(ScalarType.Float64), a = tensor(scale, device: value.device);
        return (value.dim() == 2 ? exact.mul(a.unsqueeze(1)) : exact.mul(a).add(tensor(shift, device: value.device), LastingScalar.One)).to(value.dtype);
    }
}
