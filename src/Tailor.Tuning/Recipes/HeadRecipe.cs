namespace Tailor.Tuning;

/// <summary>The classifier on top of the backbone.</summary>
public sealed record HeadRecipe
{
    /// <summary>The head's shape.</summary>
    public HeadKind Kind { get; init; }

    /// <summary>What the head reads.</summary>
    public HeadFeature Feature { get; init; }

    /// <summary>The width between the head's two layers, 1 to 65536; null for the encoder's.</summary>
    public int? Width { get; init; }

    /// <summary>The function between the head's two layers.</summary>
    public HeadActivation Activation { get; init; }

    /// <summary>The layer norm before the last layer.</summary>
    public HeadNorm Norm { get; init; }

    /// <summary>Where the MLM head's decoder comes from.</summary>
    public HeadDecoder Decoder { get; init; }

    /// <summary>The share of features dropped before the last layer while training, in [0, 1).</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>What a cosine head multiplies cosines by, above 0 and at most 1000: 25 in LIFT (ICML 2024), 1 where the loss multiplies them itself (LPT, ICLR 2023).</summary>
    public double Scale { get; init; } = 25;

    /// <summary>How new weights start.</summary>
    public HeadInit Init { get; init; }

    /// <summary>The standard deviation of new weights that start normal, above 0 and at most 1; their biases are 0. The rows of a cosine head start at length 1.</summary>
    public double InitStd { get; init; } = 0.02;

    /// <summary>The most training examples of a class that <see cref="HeadInit.ClassMeans"/> and <see cref="HeadInit.LinearProbe"/> read, the first of each, 1 to 100 million; null for all.</summary>
    public int? InitExamples { get; init; }

    /// <summary>The sentence of <see cref="HeadInit.ClassNames"/>, with <c>{}</c> in the place of the name.</summary>
    public string InitTemplate { get; init; } = "a photo of a {}.";
}

/// <summary>The head's shape.</summary>
public enum HeadKind
{
    /// <summary>
    /// A dense layer of the hidden size on the first token's last hidden state, an activation, dropout, and a linear layer to the classes
    /// (the CLS-tuning of Glee, EMNLP 2022, arXiv 2205.05461).
    /// </summary>
    Cls,

    /// <summary>The pretrained MLM head on the mask's last hidden state, with a verbalizer (the prompt-tuning of the same paper).</summary>
    Mlm,

    /// <summary>Dropout and a linear layer to the classes (<see cref="LinearHead"/>).</summary>
    Linear,

    /// <summary>Dropout and the cosines between the feature and each class's row, times a scale (<see cref="CosineHead"/>).</summary>
    Cosine,
}

/// <summary>What the head reads.</summary>
public enum HeadFeature
{
    /// <summary>The last hidden state at the read position.</summary>
    State,

    /// <summary>BERT's pooler on that state: its pretrained dense layer and tanh. It trains with the head; where the checkpoint has none it starts fresh.</summary>
    Pooler,
}

/// <summary>How new weights start.</summary>
public enum HeadInit
{
    /// <summary>Normal, with biases 0, as transformers does.</summary>
    Normal,

    /// <summary>Uniform in ±1 / √inputs, biases too, as PyTorch's linear layer does. In a cosine head uniform in ±1, the rows then brought to length 1.</summary>
    Uniform,

    /// <summary>All zero; linear heads only.</summary>
    Zeros,

    /// <summary>The means of the frozen features of each class's training examples, brought to length 1 (<see cref="HeadInitialization"/>); linear and cosine heads.</summary>
    ClassMeans,

    /// <summary>The rows of a balanced logistic regression on the frozen features, brought to length 1 (<see cref="HeadInitialization"/>); linear and cosine heads.</summary>
    LinearProbe,

    /// <summary>The names of the classes in a sentence, by CLIP's text tower (<see cref="ClassNameRows"/>); linear and cosine heads on CLIP.</summary>
    ClassNames,
}

/// <summary>The layer norm before the head's last layer.</summary>
public enum HeadNorm
{
    /// <summary>None.</summary>
    None,

    /// <summary>A new one after the dropout, with ε = 1e-5 (Glee, row "w/ LN").</summary>
    Fresh,

    /// <summary>One that starts as the pretrained MLM head's, with ε = 1e-12 and no dropout before it (Glee, row "w/ pt. LN").</summary>
    Pretrained,
}

/// <summary>Where the MLM head's decoder comes from.</summary>
public enum HeadDecoder
{
    /// <summary>It is the word embedding.</summary>
    Tied,

    /// <summary>It starts as a copy of the word embedding and goes its own way (Glee, row "w/ ed.").</summary>
    Decoupled,
}

/// <summary>The function between the head's two layers.</summary>
public enum HeadActivation
{
    /// <summary>The hyperbolic tangent, as in BERT's pooler.</summary>
    Tanh,

    /// <summary>The rectified linear unit.</summary>
    Relu,
}
