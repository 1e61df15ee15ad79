using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>
/// Bottleneck adapters: up(GELU(down(x))) added to a block's result, zero at the start. Beside the feed-forward they are parallel adapters (He et al., ICLR 2022; EH-FT's "FFADD"),
/// behind it Pfeiffer's (EACL 2021), behind attention and feed-forward Houlsby's (ICML 2019).
/// </summary>
public sealed class BottleneckAdapter : Adapter
{
    private readonly IReadOnlyList<LayerSites> _layers;
    private readonly bool _afterAttention;
    private readonly Module[] _modules;

    /// <summary>Declares the adapter's parameters.</summary>
    /// <param name="recipe">Width, placement and layers.</param>
    /// <param name="build">Where the parameters come from.</param>
    /// <param name="sites">The encoder.</param>
    /// <param name="hidden">Its width.</param>
    /// <exception cref="InputException">A layer does not exist.</exception>
    public BottleneckAdapter(AdapterRecipe recipe, ParameterBuilder build, EncoderSites sites, int hidden)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(build);
        ArgumentNullException.ThrowIfNull(sites);
        _layers = AdapterTargets.Layers(recipe, sites);
        _afterAttention = recipe.Placement == AdapterPlacement.Houlsby;
        int width = AdapterRecipe.Known(recipe.Width);
        bool parallel = recipe.Placement == AdapterPlacement.Parallel;
        string[] blocks = _afterAttention ? ["attention.adapter", "adapter"] : ["adapter"];
        _modules = [.. _layers.SelectMany(layer => blocks.Select(block => new Module(
            build.Linear($"{layer.Path}{block}.down", hidden, width, Initial.UniformFor(hidden)),
            new Linear(build.Get($"{layer.Path}{block}.up.weight", Initial.Zeros, hidden, width), build.Get($"{layer.Path}{block}.up.bias", Initial.Zeros, hidden)),
            parallel)))];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => [.. _modules.SelectMany(module => module.Parameters)];

    /// <inheritdoc/>
    public override bool CanMerge => false;

    /// <inheritdoc/>
    public override void Attach()
    {
        int next = 0;
        foreach (LayerSites layer in _layers)
        {
            layer.AfterAttention = _afterAttention ? _modules[next++] : null;
            layer.AfterFeedForward = _modules[next++];
        }
    }

    /// <inheritdoc/>
    public override void Detach()
    {
        foreach (LayerSites layer in _layers)
        {
            (layer.AfterAttention, layer.AfterFeedForward) = (null, null);
        }
    }

    private sealed class Module(Linear down, Linear up, bool parallel) : BlockAdapter
    {
        public Parameter[] Parameters => [down.Weight, down.Bias!, up.Weight, up.Bias!];

        public override Tensor Forward(Tensor input, Tensor output) => output.add(up.Forward(Activation.Gelu.Apply(down.Forward(parallel ? input : output))), LastingScalar.One);
    }
}
