namespace Tailor.Backbones;

/// <summary>What BERT's normaliser does to a text before it is split into words (Devlin et al., 2019; Hugging Face's <c>BertNormalizer</c>).</summary>
public sealed record BertNormalizerOptions
{
    /// <summary>Drops NUL, U+FFFD and control characters and turns every white space into a blank.</summary>
    public bool CleanText { get; init; } = true;

    /// <summary>Puts blanks around Chinese characters, so that each becomes a word.</summary>
    public bool HandleChineseChars { get; init; } = true;

    /// <summary>Decomposes characters and drops their accents; null follows <see cref="Lowercase"/>.</summary>
    public bool? StripAccents { get; init; }

    /// <summary>Lower-cases the text.</summary>
    public bool Lowercase { get; init; } = true;
}
