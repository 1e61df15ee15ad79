using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>
/// LIFT's bottlenecks (Shi et al., ICML 2024): up(ReLU(down(LN(x)))), zero at the start. Parallel, it is AdaptFormer (Chen et al., NeurIPS 2022): on what goes into the feed-forward before its norm, times a learned scale that starts
/// at 1; sequential, it is LIFT's Adapter: behind the feed-forward, without a scale.
/// </summary>
public sealed class AdaptFormerAdapter : Adapter
{
    private const double Epsilon = 1e-5;

    private readonly IReadOnlyList<LayerSites> _layers;
    private readonly Module[] _modules;

    /// <summary>Declares the adapter's parameters.</summary>
    /// <param name="recipe">Width, placement and layers.</param>
    /// <param name="build">Where the parameters come from.</param>
    /// <param name="sites">The encoder.</param>
    /// <param name="hidden">Its width.</param>
    /// <exception cref="InputException">A layer does not exist.</exception>
    public AdaptFormerAdapter(AdapterRecipe recipe, ParameterBuilder build, EncoderSites sites, int hidden)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(build);
        ArgumentNullException.ThrowIfNull(sites);
        _layers = AdapterTargets.Layers(recipe, sites);

        // Kaiming's normal start with a = sqrt(5), as in LIFT's code.
        var start = new Initial(1 / Math.Sqrt(3.0 * hidden));
        int width = AdapterRecipe.Known(recipe.Width);
        _modules = [.. _layers.Select(layer =>
        {
            string path = layer.Path + "adaptformer.";
            return new Module(
                build.LayerNorm(path + "ln", hidden, Epsilon),
                new Linear(build.Get(path + "down.weight", start, width, hidden), build.Get(path + "down.bias", Initial.Zeros, width)),
                new Linear(build.Get(path + "up.weight", Initial.Zeros, hidden, width), build.Get(path + "up.bias", Initial.Zeros, hidden)),
                recipe.Placement == AdapterPlacement.Parallel ? build.Get(path + "scale", Initial.Ones, 1) : null);
        })];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => [.. _modules.SelectMany(module => module.Parameters)];

    /// <inheritdoc/>
    public override bool CanMerge => false;

    /// <inheritdoc/>
    public override void Attach()
    {
        foreach ((LayerSites layer, Module module) in _layers.Zip(_modules))
        {
            layer.AfterFeedForward = module;
        }
    }

    /// <inheritdoc/>
    public override void Detach()
    {
        foreach (LayerSites layer in _layers)
        {
            layer.AfterFeedForward = null;
        }
    }

    private sealed class Module(LayerNorm norm, Linear down, Linear up, Parameter? scale) : BlockAdapter
    {
        public Parameter[] Parameters => [norm.Weight, norm.Bias, down.Weight, down.Bias!, up.Weight, up.Bias!, .. scale is null ? Array.Empty<Parameter>() : [scale]];

        public override Tensor Forward(Tensor input, Tensor output)
        {
            Tensor added = up.Forward(Activation.Relu.Apply(down.Forward(norm.Forward(scale is null ? output : input))));
            return output.add(scale is null ? added : added.mul(scale.Value), LastingScalar.One);
        }
    }
}
