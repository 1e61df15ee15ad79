using Tailor.Backbones;
using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>SSF (Lian et al., NeurIPS 2022): a learned scale and shift behind every linear layer and layer norm of the blocks. The scale starts at N(1, 0.02²), the shift at N(0, 0.02²); both fold into the layer.</summary>
public sealed class SsfAdapter : Adapter
{
    private const double Deviation = 0.02;

    private readonly (Linear Linear, ScaledLinear Adapter)[] _linears;
    private readonly (LayerNorm Norm, ScaledNorm Adapter)[] _norms;

    /// <summary>Declares the adapter's parameters.</summary>
    /// <param name="recipe">Which layers.</param>
    /// <param name="build">Where the parameters come from.</param>
    /// <param name="sites">The encoder.</param>
    /// <exception cref="Foundation.InputException">A layer does not exist, or has no bias that could hold the shift.</exception>
    public SsfAdapter(AdapterRecipe recipe, ParameterBuilder build, EncoderSites sites)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(build);
        ArgumentNullException.ThrowIfNull(sites);
        IReadOnlyList<LayerSites> layers = AdapterTargets.Layers(recipe, sites);
        if (layers.SelectMany(layer => layer.Linears).FirstOrDefault(linear => linear.Bias is null) is { } bare)
        {
            throw new Foundation.InputException($"adapter ssf folds its shifts into biases, and {bare.Weight.Name[..^".weight".Length]} of this model has none; take adapter lora or adaptformer");
        }

        Affine Made(Parameter of) => new(
            build.Get(of.Name[..of.Name.LastIndexOf('.')] + ".ssf_scale", new Initial(Deviation, 1), of.Value.shape[0]),
            build.Get(of.Name[..of.Name.LastIndexOf('.')] + ".ssf_shift", new Initial(Deviation), of.Value.shape[0]));
        _linears = [.. layers.SelectMany(layer => layer.Linears).Select(linear => (linear, new ScaledLinear(Made(linear.Weight))))];
        _norms = [.. layers.SelectMany(layer => layer.Norms).Select(norm => (norm, new ScaledNorm(Made(norm.Weight))))];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters =>
        [.. _linears.Select(part => part.Adapter.Affine).Concat(_norms.Select(part => part.Adapter.Affine)).SelectMany(affine => new[] { affine.Scale, affine.Shift })];

    /// <inheritdoc/>
    public override IReadOnlyList<Linear> Linears => [.. _linears.Select(part => part.Linear)];

    /// <inheritdoc/>
    public override IReadOnlyList<LayerNorm> Norms => [.. _norms.Select(part => part.Norm)];

    /// <inheritdoc/>
    public override bool CanMerge => true;

    /// <inheritdoc/>
    public override void Attach() => Set(adapted: true);

    /// <inheritdoc/>
    public override void Detach() => Set(adapted: false);

    private void Set(bool adapted)
    {
        foreach ((Linear linear, ScaledLinear adapter) in _linears)
        {
            linear.Adapter = adapted ? adapter : null;
        }

        foreach ((LayerNorm norm, ScaledNorm adapter) in _norms)
        {
            norm.Adapter = adapted ? adapter : null;
        }
    }

    private sealed record Affine(Parameter Scale, Parameter Shift);

    private sealed class ScaledLinear(Affine affine) : LinearAdapter
    {
        public Affine Affine => affine;

        public override Tensor Forward(Linear layer, Tensor x, long first, long count) =>
            layer.Plain(x, first, count).mul(affine.Scale.Value.narrow(0, first, count)).add(affine.Shift.Value.narrow(0, first, count), LastingScalar.One);

        public override (Tensor Weight, Tensor? Bias) Merged(Linear layer) => (
            layer.Weight.Value.mul(affine.Scale.Value.unsqueeze(1)),
            layer.Bias!.Value.mul(affine.Scale.Value).add(affine.Shift.Value, LastingScalar.One));
    }

    private sealed class ScaledNorm(Affine affine) : NormAdapter
    {
        public Affine Affine => affine;

        public override Tensor Forward(Tensor normed) => normed.mul(affine.Scale.Value).add(affine.Shift.Value, LastingScalar.One);

        public override (Tensor Weight, Tensor Bias) Merged(LayerNorm layer) => (layer.Weight.Value.mul(affine.Scale.Value), layer.Bias.Value.mul(affine.Scale.Value).add(affine.Shift.Value, LastingScalar.One));
    }
}
