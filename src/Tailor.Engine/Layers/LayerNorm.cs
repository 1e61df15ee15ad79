using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Engine;

/// <summary>Layer normalisation over the last dimension (Ba, Kiros and Hinton, 2016).</summary>
/// <param name="weight">[width].</param>
/// <param name="bias">[width].</param>
/// <param name="epsilon">Added to the variance.</param>
public sealed class LayerNorm(Parameter weight, Parameter bias, double epsilon)
{
    /// <summary>The scale γ, [width].</summary>
    public Parameter Weight => weight;

    /// <summary>The shift β, [width].</summary>
    public Parameter Bias => bias;

    /// <summary>What changes the layer's result, or null.</summary>
    public NormAdapter? Adapter { get; set; }

    /// <summary>Normalises every row.</summary>
    /// <param name="x">[rows, width].</param>
    /// <returns>[rows, width].</returns>
    public Tensor Forward(Tensor x)
    {
        Tensor normed = F.layer_norm(x, [weight.Count], weight.Value, bias.Value, epsilon);
        return Adapter?.Forward(normed) ?? normed;
    }
}
