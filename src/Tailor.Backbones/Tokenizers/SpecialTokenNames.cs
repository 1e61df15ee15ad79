namespace Tailor.Backbones;

/// <summary>The names of the tokens with a part to play; those that the vocabulary lacks have no id.</summary>
internal sealed record SpecialTokenNames
{
    public string Pad { get; init; } = "[PAD]";

    public string Unk { get; init; } = "[UNK]";

    public string Cls { get; init; } = "[CLS]";

    public string Sep { get; init; } = "[SEP]";

    public string Mask { get; init; } = "[MASK]";

    /// <summary>The names in the order in which BERT's vocabularies hold them.</summary>
    public IReadOnlyList<string> All => [Pad, Unk, Cls, Sep, Mask];
}
