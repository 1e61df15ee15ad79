namespace Tailor.Tuning;

/// <summary>How an example becomes what the backbone reads.</summary>
public sealed record InputRecipe
{
    /// <summary>The form of the input.</summary>
    public InputKind Kind { get; init; }

    /// <summary>The template, in the grammar of <see cref="PromptTemplate"/>; empty unless the kind is <see cref="InputKind.Template"/>.</summary>
    public string Template { get; init; } = "";

    /// <summary>The most tokens of one example, special tokens included: 3 to 65536, and at most the backbone's own limit, which is checked when the model is known. Not for pictures.</summary>
    public int MaxLength { get; init; } = 128;

    /// <summary>Height and width of a picture as the backbone reads it, in pixels, 1 to 4096 and a multiple of its patches; null for the size of the model's preprocessor.</summary>
    public int? ImageSize { get; init; }

    /// <summary>How pictures are changed while training.</summary>
    public PictureAugmentation Augmentation { get; init; }

    /// <summary>Whether the last scoring averages the scores of five crops that are shifted against the patches: test-time ensembling (LIFT, ICML 2024, section 4.4).</summary>
    public bool FiveCrop { get; init; }

    /// <summary>Whether it is pictures that are read, not texts.</summary>
    public bool ReadsPictures => Kind == InputKind.Image;
}

/// <summary>The form of the input.</summary>
public enum InputKind
{
    /// <summary>The text, or the pair of texts, between the model's special tokens.</summary>
    Plain,

    /// <summary>A template filled with the text or the pair, read at its mask.</summary>
    Template,

    /// <summary>A picture.</summary>
    Image,
}

/// <summary>How pictures are changed while training.</summary>
public enum PictureAugmentation
{
    /// <summary>Not at all: every epoch sees the same pixels.</summary>
    None,

    /// <summary>A random resized crop (8 to 100 % of the area) and a flip, as for ImageNet; LPT and LIFT take it.</summary>
    ResizedCrop,

    /// <summary>A shift by up to an eighth of the side, the border filled with black, and a flip, as for CIFAR.</summary>
    Shift,

    /// <summary>LIFT+'s square crops, whose smallest area grows from 8 to 100 % over the training, without a flip.</summary>
    Minimalist,

    /// <summary>A random resized crop, a flip, and two random changes of RandAugment's common set.</summary>
    RandAugment,
}
