namespace Tailor.Tuning;

/// <summary>What a stage minimises.</summary>
public sealed record LossRecipe
{
    /// <summary>The loss.</summary>
    public LossKind Kind { get; init; }

    /// <summary>The focusing exponent, above 0 and at most 10 for the focal losses; 0, its only value, for cross-entropy.</summary>
    public double Gamma { get; init; }

    /// <summary>The share of the target spread evenly over all classes, in [0, 1); cross-entropy only.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Where the weight of a class comes from.</summary>
    public ClassWeights ClassWeights { get; init; }

    /// <summary>The effective number's beta, in [0, 1) (Cui et al., CVPR 2019).</summary>
    public double Beta { get; init; } = 0.9999;

    /// <summary>The power a class weight is raised to before the weights are scaled to mean 1, above 0 and at most 10; 0.5 gives square-root weights.</summary>
    public double WeightPower { get; init; } = 1;

    /// <summary>What a batch's summed loss is divided by.</summary>
    public Normalize Normalize { get; init; }
}

/// <summary>The losses.</summary>
public enum LossKind
{
    /// <summary>CE = -log p of the label.</summary>
    CrossEntropy,

    /// <summary>(1 - p)^gamma CE (Lin et al., ICCV 2017).</summary>
    Focal,

    /// <summary>(1 + CE)^gamma CE: what the published code of Glee (EMNLP 2022) computes where the paper says focal loss.</summary>
    FocalGlee,
}

/// <summary>Where the weight of a class comes from; the counts are those of the training set.</summary>
public enum ClassWeights
{
    /// <summary>All classes weigh 1.</summary>
    None,

    /// <summary>n / (classes x count), scikit-learn's "balanced".</summary>
    Balanced,

    /// <summary>(1 - beta) / (1 - beta^count), scaled to mean 1 (Cui et al., CVPR 2019).</summary>
    EffectiveNumber,

    /// <summary>1 / count, scaled to mean 1.</summary>
    InverseFrequency,
}

/// <summary>What a batch's summed loss is divided by.</summary>
public enum Normalize
{
    /// <summary>The number of examples.</summary>
    Batch,

    /// <summary>The sum of the examples' class weights, as PyTorch's weighted mean does.</summary>
    WeightSum,
}
