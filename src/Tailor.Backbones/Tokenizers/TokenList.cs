namespace Tailor.Backbones;

/// <summary>The tokens of one text while it is being tokenized: their ids and, where they are asked for, their places.</summary>
/// <param name="ids">The list that takes the ids.</param>
/// <param name="traced">Whether places are kept.</param>
internal sealed class TokenList(List<int> ids, bool traced)
{
    /// <summary>The tokens' ids.</summary>
    public List<int> Ids { get; } = ids;

    /// <summary>The tokens' code point ranges, or null when they are not kept.</summary>
    public List<(int Start, int End)>? Offsets { get; } = traced ? [] : null;

    /// <summary>How many tokens there are.</summary>
    public int Count => Ids.Count;
}
