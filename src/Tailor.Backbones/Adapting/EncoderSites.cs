using Tailor.Engine;

namespace Tailor.Backbones;

/// <summary>Where an adapter can take hold of an encoder. An architecture states its sites; an adapter sets what it needs there, and removing it sets them back.</summary>
/// <param name="layers">The sites of each layer.</param>
/// <param name="norms">Every layer norm of the encoder, in order.</param>
public sealed class EncoderSites(IReadOnlyList<LayerSites> layers, IReadOnlyList<LayerNorm> norms)
{
    /// <summary>The sites of each layer, from the input on.</summary>
    public IReadOnlyList<LayerSites> Layers => layers;

    /// <summary>Every layer norm of the encoder, in order.</summary>
    public IReadOnlyList<LayerNorm> Norms => norms;

    /// <summary>Rows set before the word embeddings of every text, or behind the patches of every image (VPT-shallow), and carried through all layers; or null.</summary>
    public SoftPrompt? Prompt { get; set; }
}
