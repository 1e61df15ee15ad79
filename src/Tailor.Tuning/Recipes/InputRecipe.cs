namespace Tailor.Tuning;

/// <summary>How a text becomes token ids.</summary>
public sealed record InputRecipe
{
    /// <summary>The form of the input.</summary>
    public InputKind Kind { get; init; }

    /// <summary>The template, in the grammar of <see cref="PromptTemplate"/>; empty unless the kind is <see cref="InputKind.Template"/>.</summary>
    public string Template { get; init; } = "";

    /// <summary>The most tokens of one example, special tokens included: 3 to 65536, and at most the backbone's own limit, which is checked when the model is known.</summary>
    public int MaxLength { get; init; } = 128;
}

/// <summary>The form of the input.</summary>
public enum InputKind
{
    /// <summary>The text, or the pair of texts, between the model's special tokens.</summary>
    Plain,

    /// <summary>A template filled with the text or the pair, read at its mask.</summary>
    Template,
}
