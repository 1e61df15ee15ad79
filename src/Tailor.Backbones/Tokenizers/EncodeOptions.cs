namespace Tailor.Backbones;

/// <summary>How a text is turned into token ids. These settings win over padding and truncation written in a <c>tokenizer.json</c>, which are ignored.</summary>
public sealed record EncodeOptions
{
    /// <summary>The most tokens to return, special tokens included; null for no limit. The longer of two texts is cut first, at its end.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Whether the model's special tokens (<c>[CLS] a [SEP] b [SEP]</c>) are put around the text.</summary>
    public bool AddSpecialTokens { get; init; } = true;
}
