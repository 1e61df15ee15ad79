namespace Tailor.Tuning;

/// <summary>The classifier on top of the backbone.</summary>
public sealed record HeadRecipe
{
    /// <summary>The head's shape.</summary>
    public HeadKind Kind { get; init; }

    /// <summary>The function between the head's two layers.</summary>
    public HeadActivation Activation { get; init; }

    /// <summary>The share of features dropped before the last layer while training, in [0, 1).</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>The standard deviation of the new weights, above 0 and at most 1; new biases are 0.</summary>
    public double InitStd { get; init; } = 0.02;
}

/// <summary>The head's shape.</summary>
public enum HeadKind
{
    /// <summary>
    /// A dense layer of the hidden size on the first token's last hidden state, an activation, dropout, and a linear layer to the classes
    /// (the CLS-tuning of Glee, EMNLP 2022, arXiv 2205.05461).
    /// </summary>
    Cls,
}

/// <summary>The function between the head's two layers.</summary>
public enum HeadActivation
{
    /// <summary>The hyperbolic tangent, as in BERT's pooler.</summary>
    Tanh,

    /// <summary>The rectified linear unit.</summary>
    Relu,
}
