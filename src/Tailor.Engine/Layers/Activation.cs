using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Engine;

/// <summary>The element-wise non-linearities that checkpoints name in <c>hidden_act</c> and heads in their recipe.</summary>
public enum Activation
{
    /// <summary>x Φ(x), by the error function.</summary>
    Gelu,

    /// <summary>The tanh approximation of GELU, as GPT-2 and <c>gelu_new</c> have it.</summary>
    GeluNew,

    /// <summary>x σ(1.702 x), the sigmoid approximation of GELU that CLIP was trained with (<c>quick_gelu</c>).</summary>
    QuickGelu,

    /// <summary>max(0, x).</summary>
    Relu,

    /// <summary>The hyperbolic tangent.</summary>
    Tanh,
}

/// <summary>Applies an <see cref="Activation"/>.</summary>
public static class Activations
{
    /// <summary>Applies the activation to every element.</summary>
    /// <param name="activation">Which one.</param>
    /// <param name="x">Any shape.</param>
    /// <returns>The same shape.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of the enumeration's.</exception>
    public static Tensor Apply(this Activation activation, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return activation switch
        {
            Activation.Gelu => F.gelu(x),
            Activation.GeluNew => GeluNew(x),
            Activation.QuickGelu => x.mul(x.mul(LastingScalar.Of(1.702)).sigmoid()),
            Activation.Relu => F.relu(x),
            Activation.Tanh => x.tanh(),
            _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "Not an activation."),
        };
    }

    /// <summary>0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))) (Hendrycks and Gimpel, 2016); TorchSharp's gelu has no approximate form.</summary>
    private static Tensor GeluNew(Tensor x) => x.mul(LastingScalar.Of(0.5)).mul(x.mul(x).mul(x).mul(LastingScalar.Of(0.044715)).add(x, LastingScalar.One).mul(LastingScalar.Of(Math.Sqrt(2 / Math.PI))).tanh().add(LastingScalar.Of(1), LastingScalar.One));
}
