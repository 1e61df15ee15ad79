namespace Tailor.Backbones;

/// <summary>A token that is looked for in the text before anything else, such as <c>[MASK]</c> (an entry of <c>added_tokens</c> in a <c>tokenizer.json</c>).</summary>
/// <param name="Id">The token's id.</param>
/// <param name="Content">The token, matched with its case.</param>
internal sealed record AddedToken(int Id, string Content)
{
    /// <summary>Matches only where no word character stands beside it.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Takes the white space before it along.</summary>
    public bool StripLeft { get; init; }

    /// <summary>Takes the white space behind it along.</summary>
    public bool StripRight { get; init; }

    /// <summary>Is matched, normalised, in the normalised text instead of in the raw one.</summary>
    public bool Normalized { get; init; }

    /// <summary>Is one of the model's special tokens.</summary>
    public bool Special { get; init; }
}
