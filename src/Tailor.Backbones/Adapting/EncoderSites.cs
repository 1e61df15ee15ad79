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

    /// <summary>Rows set before the word embeddings of every sequence, or null.</summary>
    public SoftPrompt? Prompt { get; set; }
}

/// <summary>The sites of one transformer layer.</summary>
/// <param name="path">The path of the layer's parameters, with its last dot.</param>
/// <param name="linears">Its linear layers; the stacked query, key and value are one, whose parts name the three.</param>
/// <param name="norms">Its layer norms.</param>
public sealed class LayerSites(string path, IReadOnlyList<Linear> linears, IReadOnlyList<LayerNorm> norms)
{
    /// <summary>The path of the layer's parameters, with its last dot.</summary>
    public string Path => path;

    /// <summary>Its linear layers.</summary>
    public IReadOnlyList<Linear> Linears => linears;

    /// <summary>Its layer norms.</summary>
    public IReadOnlyList<LayerNorm> Norms => norms;

    /// <summary>Keys and values that every sequence sees before its own, or null.</summary>
    public AttentionPrefix? Prefix { get; set; }

    /// <summary>Stands after the attention's projection, before the residual is added, or null.</summary>
    public BlockAdapter? AfterAttention { get; set; }

    /// <summary>Stands after the feed-forward's projection, before the residual is added, or null.</summary>
    public BlockAdapter? AfterFeedForward { get; set; }
}
