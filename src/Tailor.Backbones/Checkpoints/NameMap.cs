namespace Tailor.Backbones;

/// <summary>
/// The one place that knows under which names a checkpoint may hold a parameter: with or without the <c>bert.</c> prefix,
/// <c>gamma</c>/<c>beta</c> for a layer norm's weight and bias in files converted from TensorFlow, and what version 5 of <c>transformers</c> calls parts of image encoders in memory.
/// </summary>
public static class NameMap
{
    private static readonly (string Saved, string InMemory)[] ImageParts =
    [
        (".attention.attention.query", ".attention.q_proj"),
        (".attention.attention.key", ".attention.k_proj"),
        (".attention.attention.value", ".attention.v_proj"),
        (".attention.output.dense", ".attention.o_proj"),
        (".intermediate.dense", ".mlp.fc1"),
        (".output.dense", ".mlp.fc2"),
        ("vit.encoder.layer.", "vit.layers."),
        ("deit.encoder.layer.", "deit.layers."),
    ];

    /// <summary>The names to look for, best first.</summary>
    /// <param name="name">The parameter's full name, such as <c>bert.embeddings.LayerNorm.weight</c>.</param>
    /// <param name="prefix">The architecture's prefix with its dot, such as <c>bert.</c>.</param>
    public static IEnumerable<string> Candidates(string name, string prefix)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(prefix);
        yield return name;
        string bare = name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;
        if (bare.Length != name.Length)
        {
            yield return bare;
        }

        if (ImageNameInMemory(name) is { } inMemory)
        {
            yield return inMemory;
            yield return inMemory.StartsWith(prefix, StringComparison.Ordinal) ? inMemory[prefix.Length..] : inMemory;
        }

        if (Old(name) is { } old)
        {
            yield return old;
            if (bare.Length != name.Length)
            {
                yield return Old(bare)!;
            }
        }
    }

    /// <summary>
    /// What <c>transformers</c> 5 calls a parameter or module of ViT, DeiT or DINOv2 in memory, where that is another name than it saves: so PEFT names targets and tensors of adapters
    /// (<c>vit.layers.0.attention.q_proj</c> for <c>vit.encoder.layer.0.attention.attention.query</c>). Null for every other name.
    /// </summary>
    /// <param name="name">The full name.</param>
    public static string? ImageNameInMemory(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!name.StartsWith("vit.", StringComparison.Ordinal) && !name.StartsWith("deit.", StringComparison.Ordinal) && !name.StartsWith("dinov2.", StringComparison.Ordinal))
        {
            return null;
        }

        string renamed = ImageParts.Aggregate(name, (text, part) => text.Replace(part.Saved, part.InMemory, StringComparison.Ordinal));
        return renamed == name ? null : renamed;
    }

    private static string? Old(string name) =>
        name.EndsWith("LayerNorm.weight", StringComparison.Ordinal) ? name[..^"weight".Length] + "gamma"
        : name.EndsWith("LayerNorm.bias", StringComparison.Ordinal) ? name[..^"bias".Length] + "beta"
        : null;
}
