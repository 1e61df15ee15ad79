using Tailor.Backbones;
using Tailor.Engine;

namespace Tailor.Tuning;

/// <summary>BitFit (Ben Zaken et al., ACL 2022) as EH-FT runs it (arXiv 2210.16771): the biases of the linear layers and layer norms of every layer train, and nothing is added.</summary>
/// <param name="recipe">The layers.</param>
/// <param name="sites">The encoder.</param>
public sealed class BitFitAdapter(AdapterRecipe recipe, EncoderSites sites) : Adapter
{
    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => [];

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> BackboneParameters { get; } =
        [.. AdapterTargets.Layers(recipe, sites).SelectMany(layer => layer.Linears.Select(linear => linear.Bias).OfType<Parameter>().Concat(layer.Norms.Select(norm => norm.Bias)))];

    /// <inheritdoc/>
    public override bool CanMerge => true;

    /// <inheritdoc/>
    public override void Attach()
    {
    }

    /// <inheritdoc/>
    public override void Detach()
    {
    }
}
