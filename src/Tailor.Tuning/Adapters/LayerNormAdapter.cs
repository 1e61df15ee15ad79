using Tailor.Backbones;
using Tailor.Engine;

namespace Tailor.Tuning;

/// <summary>Layer-norm tuning (Qi et al., 2022; PEFT's LN_TUNING): scale and shift of every layer norm train, those of the embeddings included, and nothing is added.</summary>
/// <param name="sites">The encoder.</param>
public sealed class LayerNormAdapter(EncoderSites sites) : Adapter
{
    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => [];

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> BackboneParameters { get; } = [.. sites.Norms.SelectMany(norm => new[] { norm.Weight, norm.Bias })];

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
