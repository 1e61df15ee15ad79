using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>The one face of every linear layer, y = x Wᵀ + b. Precision, adapters and fused bias have their home here.</summary>
/// <param name="weight">[outputs, inputs].</param>
/// <param name="bias">[outputs], or null.</param>
public sealed class Linear(Parameter weight, Parameter? bias)
{
    /// <summary>The weight, [outputs, inputs].</summary>
    public Parameter Weight => weight;

    /// <summary>The bias, [outputs], or null.</summary>
    public Parameter? Bias => bias;

    /// <summary>What changes the layer's result, or null: an adapter, or a regulariser of the weight.</summary>
    public LinearAdapter? Adapter { get; set; }

    /// <summary>Applies the layer to every row.</summary>
    /// <param name="x">[rows, inputs].</param>
    /// <returns>[rows, outputs].</returns>
    public Tensor Forward(Tensor x) => Adapter is { } adapter ? adapter.Forward(this, x, 0, weight.Value.shape[0]) : LinearProduct.Apply(x, weight, bias);

    /// <summary>Applies only some of the outputs: rows <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> - 1 of the weight.</summary>
    /// <param name="x">[rows, inputs].</param>
    /// <param name="first">The first output.</param>
    /// <param name="count">How many outputs.</param>
    /// <returns>[rows, count].</returns>
    public Tensor ForwardOutputs(Tensor x, long first, long count) => Adapter is { } adapter ? adapter.Forward(this, x, first, count) : Plain(x, first, count);

    /// <summary>Some of the outputs without the adapter.</summary>
    /// <param name="x">[rows, inputs].</param>
    /// <param name="first">The first output.</param>
    /// <param name="count">How many outputs.</param>
    /// <returns>[rows, count].</returns>
    public Tensor Plain(Tensor x, long first, long count) => LinearProduct.Apply(x, weight, bias, first, count);

    /// <summary>The product every layer goes through, for a parameter that is not this layer's own (a tied decoder).</summary>
    /// <param name="x">[rows, inputs].</param>
    /// <param name="weight">[outputs, inputs].</param>
    /// <param name="bias">[outputs], or null.</param>
    /// <returns>[rows, outputs].</returns>
    public static Tensor Apply(Tensor x, Parameter weight, Parameter? bias) => LinearProduct.Apply(x, weight, bias);

    /// <summary>The same for a weight that is no parameter, but computed from some.</summary>
    /// <param name="x">[rows, inputs].</param>
    /// <param name="weight">[outputs, inputs].</param>
    /// <param name="bias">[outputs], or null.</param>
    /// <returns>[rows, outputs].</returns>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias) => LinearProduct.Apply(x, weight, bias);
}
