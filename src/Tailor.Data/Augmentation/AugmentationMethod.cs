namespace Tailor.Data;

/// <summary>How a new text is made of an old one, without a model or a dictionary.</summary>
public enum AugmentationMethod
{
    /// <summary>It is the old one.</summary>
    Duplicate,

    /// <summary>Words are left out (the random deletion of EDA, Wei and Zou, EMNLP 2019).</summary>
    WordDropout,

    /// <summary>Words change places (the random swap of EDA).</summary>
    Swap,
}
