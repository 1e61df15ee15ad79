using Tailor.Engine;

namespace Tailor.Backbones;

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

    /// <summary>Whether <see cref="Prompts"/> can be set: in encoders of images.</summary>
    public bool TakesPrompts { get; init; }

    /// <summary>Keys and values that every sequence sees before its own, or null.</summary>
    public AttentionPrefix? Prefix { get; set; }

    /// <summary>Rows that stand behind each sequence's own in this layer alone, in order; empty for none.</summary>
    /// <exception cref="InvalidOperationException">The layer takes none.</exception>
    public IReadOnlyList<BlockPrompt> Prompts
    {
        get;
        set => field = value.Count == 0 || TakesPrompts ? value : throw new InvalidOperationException($"The layer '{path}' takes no prompts.");
    } = [];

    /// <summary>Stands after the attention's projection, before the residual is added, or null.</summary>
    public BlockAdapter? AfterAttention { get; set; }

    /// <summary>Stands after the feed-forward's projection, before the residual is added, or null.</summary>
    public BlockAdapter? AfterFeedForward { get; set; }
}
