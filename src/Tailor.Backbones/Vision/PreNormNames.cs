namespace Tailor.Backbones;

/// <summary>What a checkpoint calls the parts of one pre-norm block, each behind the block's path.</summary>
/// <param name="Path">The block's path, with its last dot.</param>
internal sealed record PreNormNames(string Path)
{
    /// <summary>The norm before the attention.</summary>
    public required string AttentionNorm { get; init; }

    /// <summary>The attention's path, with its last dot.</summary>
    public required string Attention { get; init; }

    /// <summary>Query, key and value under the attention's path.</summary>
    public required (string Query, string Key, string Value) QueryKeyValue { get; init; }

    /// <summary>The attention's projection.</summary>
    public required string Output { get; init; }

    /// <summary>The norm before the feed-forward.</summary>
    public required string FeedForwardNorm { get; init; }

    /// <summary>The feed-forward's first layer.</summary>
    public required string Up { get; init; }

    /// <summary>The feed-forward's second layer.</summary>
    public required string Down { get; init; }

    /// <summary>Layer scale after the attention and after the feed-forward, or null where the architecture has none.</summary>
    public (string Attention, string FeedForward)? Scales { get; init; }

    /// <summary>CLIP's names of both towers.</summary>
    /// <param name="path">The block's path, with its last dot.</param>
    public static PreNormNames Clip(string path) => new(path)
    {
        AttentionNorm = "layer_norm1",
        Attention = "self_attn.",
        QueryKeyValue = ("q_proj", "k_proj", "v_proj"),
        Output = "self_attn.out_proj",
        FeedForwardNorm = "layer_norm2",
        Up = "mlp.fc1",
        Down = "mlp.fc2",
    };
}
