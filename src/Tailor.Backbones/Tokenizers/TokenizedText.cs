namespace Tailor.Backbones;

/// <summary>A text, or a pair of texts, as tokens. The four arrays have one element per token.</summary>
public sealed class TokenizedText
{
    /// <summary>The tokens' ids.</summary>
    public required int[] Ids { get; init; }

    /// <summary>The tokens' types: 0 for the first text, 1 for the second.</summary>
    public required int[] TypeIds { get; init; }

    /// <summary>
    /// Where each token stands in its text, as a half-open range of Unicode code points of the original text (of the second text for its tokens);
    /// (0, 0) for special tokens.
    /// </summary>
    public required (int Start, int End)[] Offsets { get; init; }

    /// <summary>Which tokens were put around the text by the tokenizer. A special token written in the text itself is not marked.</summary>
    public required bool[] Special { get; init; }
}
