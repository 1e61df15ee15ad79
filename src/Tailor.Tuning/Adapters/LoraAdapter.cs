using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>
/// LoRA (Hu et al., ICLR 2022): W + (α / r) B A on the targets, A uniform as a new linear layer's weight, B zero. Rank-stabilised it is α / √r (Kalajdzievski, 2023);
/// with a magnitude (DoRA, Liu et al., ICML 2024) each row of the sum is brought to a learned norm. Names are PEFT's.
/// </summary>
public sealed class LoraAdapter : Adapter
{
    private readonly (Linear Linear, LoraLinear Adapter)[] _modules;
    private readonly Parameter[] _biases;

    /// <summary>Declares the adapter's parameters.</summary>
    /// <param name="recipe">Rank, alpha, targets and the rest.</param>
    /// <param name="build">Where the parameters come from.</param>
    /// <param name="sites">The encoder.</param>
    /// <exception cref="InputException">A target does not exist, or is narrower than the rank.</exception>
    public LoraAdapter(AdapterRecipe recipe, ParameterBuilder build, EncoderSites sites)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(build);
        ArgumentNullException.ThrowIfNull(sites);
        _modules = AdapterTargets.Modules(recipe, sites).Select(m => (m.Linear, new LoraLinear(recipe, build, m.Linear, m.Parts))).ToArray();
        _biases = recipe.Bias switch
        {
            AdapterBias.None => [],
            AdapterBias.All => [.. sites.Layers.SelectMany(layer => layer.Linears).Select(linear => linear.Bias!), .. sites.Norms.Select(norm => norm.Bias)],
            _ => [.. _modules.Select(m => m.Adapter.CoversAll ? m.Linear.Bias! : throw new InputException("adapter.bias lora_only trains the biases of all of query, key and value or of none; name all three in targets, or take bias none or all"))],
        };
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => [.. _modules.SelectMany(m => m.Adapter.Parameters)];

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> BackboneParameters => _biases;

    /// <inheritdoc/>
    public override IReadOnlyList<Linear> Linears => [.. _modules.Select(m => m.Linear)];

    /// <inheritdoc/>
    public override bool CanMerge => true;

    /// <inheritdoc/>
    public override void Begin(DropoutPlaces dropout)
    {
        foreach ((_, LoraLinear adapter) in _modules)
        {
            adapter.Pass = dropout;
        }
    }

    /// <inheritdoc/>
    public override void Attach() => Set(m => m.Adapter);

    /// <inheritdoc/>
    public override void Detach() => Set(_ => null);

    private void Set(Func<(Linear Linear, LoraLinear Adapter), LinearAdapter?> adapter)
    {
        foreach ((Linear Linear, LoraLinear Adapter) module in _modules)
        {
            module.Linear.Adapter = adapter(module);
        }
    }
}
