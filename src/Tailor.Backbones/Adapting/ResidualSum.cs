using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Backbones;

/// <summary>What ends both halves of a layer: residual + adapter(scale dropout(x)).</summary>
internal static class ResidualSum
{
    /// <summary>The sum. What was added is released at once, not with the layer.</summary>
    /// <param name="residual">[tokens, hidden].</param>
    /// <param name="x">Of the same shape, this function's to dispose.</param>
    /// <param name="dropout">The pass's dropout.</param>
    /// <param name="probability">That of x, in [0, 1).</param>
    /// <param name="adapter">What stands behind the half, or null.</param>
    /// <param name="scale">[hidden]: a factor of each column, or null.</param>
    /// <returns>[tokens, hidden].</returns>
    public static Tensor Of(Tensor residual, Tensor x, DropoutPlaces dropout, double probability, BlockAdapter? adapter, Parameter? scale = null)
    {
        using (x)
        {
            if (adapter is null && scale is null)
            {
                return dropout.AddTo(residual, x, probability);
            }

            Tensor dropped = dropout.Apply(x, probability), scaled = scale is null ? dropped : dropped.mul(scale.Value);
            return residual.add(adapter?.Forward(residual, scaled) ?? scaled, LastingScalar.One);
        }
    }
}
