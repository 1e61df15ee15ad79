using Tailor.Engine;

namespace Tailor.Backbones;

/// <summary>The sizes and choices of a pre-norm block.</summary>
/// <param name="Width">Of the states.</param>
/// <param name="Inner">Of the feed-forward layer; a gated one makes twice as much and multiplies the halves.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="Epsilon">Added to the variance by the norms.</param>
/// <param name="Activation">Of the feed-forward, where it is not gated.</param>
internal sealed record PreNormShape(int Width, int Inner, int Heads, double Epsilon, Activation Activation)
{
    /// <summary>Fresh values of the weights.</summary>
    public required Initial Initial { get; init; }

    /// <summary>Dropout of the attention weights.</summary>
    public double AttentionDropout { get; init; }

    /// <summary>Dropout after the attention's projection.</summary>
    public double ProjectionDropout { get; init; }

    /// <summary>Dropout after the feed-forward.</summary>
    public double FeedForwardDropout { get; init; }

    /// <summary>Whether query, key and value have biases.</summary>
    public bool QueryKeyValueBias { get; init; } = true;

    /// <summary>Fresh values of the layer scale (Touvron et al., ICCV 2021).</summary>
    public double LayerScale { get; init; } = 1;

    /// <summary>Whether the feed-forward is SwiGLU: SiLU(a) * b of the two halves a, b of its first layer (Shazeer, 2020).</summary>
    public bool Gated { get; init; }

    /// <summary>Whether a position sees only itself and what stands before it.</summary>
    public bool Causal { get; init; }
}
