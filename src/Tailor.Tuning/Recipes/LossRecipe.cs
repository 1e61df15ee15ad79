namespace Tailor.Tuning;

/// <summary>What a stage minimises.</summary>
public sealed record LossRecipe
{
    /// <summary>The loss.</summary>
    public LossKind Kind { get; init; }

    /// <summary>The focusing exponent of the focal losses and the scaling exponent of vector scaling, above 0 and at most 10; 0, its only value, for the others.</summary>
    public double Gamma { get; init; }

    /// <summary>The weight of the classes' log shares in logit adjustment and vector scaling, at least 0 and at most 10.</summary>
    public double Tau { get; init; } = 1;

    /// <summary>LDAM's margin of the rarest class, at least 0 and at most 10.</summary>
    public double MaxMargin { get; init; } = 0.5;

    /// <summary>What LDAM multiplies logits by, and the GCL losses cosines, above 0 and at most 1000; 1 is usual for LDAM and 20 for the others.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>By how much the GCL losses lower the label's cosine, at least 0 and at most 10.</summary>
    public double Margin { get; init; } = 0.1;

    /// <summary>By how much their noise lowers the cosine of the rarest class at most, at least 0 and at most 10; 0 for none.</summary>
    public double Noise { get; init; } = 0.5;

    /// <summary>The focusing exponent of the label in the asymmetric GCL loss, at least 0 and at most 10.</summary>
    public double GammaPositive { get; init; }

    /// <summary>The focusing exponent of the other classes in the same, at least 0 and at most 10.</summary>
    public double GammaNegative { get; init; } = 4;

    /// <summary><see cref="GammaPositive"/> of the instance-balanced draw of <see cref="SamplerKind.Dual"/>, at least 0 and at most 10.</summary>
    public double InstanceGammaPositive { get; init; } = 0.5;

    /// <summary><see cref="GammaNegative"/> of the same draw, at least 0 and at most 10.</summary>
    public double InstanceGammaNegative { get; init; } = 8;

    /// <summary>The power of seesaw's mitigation, at least 0 and at most 10.</summary>
    public double P { get; init; } = 0.8;

    /// <summary>The power of seesaw's compensation, at least 0 and at most 10.</summary>
    public double Q { get; init; } = 2;

    /// <summary>The share of the target spread evenly over all classes, in [0, 1); cross-entropy and the asymmetric GCL loss only, of which 0.1 is usual for the second.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Where the weight of a class comes from.</summary>
    public ClassWeights ClassWeights { get; init; }

    /// <summary>The effective number's beta, in [0, 1) (Cui et al., CVPR 2019).</summary>
    public double Beta { get; init; } = 0.9999;

    /// <summary>The power a class weight is raised to before the weights are scaled to mean 1, above 0 and at most 10; 0.5 gives square-root weights.</summary>
    public double WeightPower { get; init; } = 1;

    /// <summary>
    /// The share of the stage's steps, in [0, 1), before which all classes weigh alike: deferred reweighting (LDAM-DRW, Cao et al., NeurIPS 2019, section 3.3; 0.8 there). The weights come in at the epoch boundary nearest to it; a
    /// stage of a single epoch, which has none inside, takes the very step.
    /// </summary>
    public double WeightsFrom { get; init; }

    /// <summary>What a batch's summed loss is divided by.</summary>
    public Normalize Normalize { get; init; }

    /// <summary>A loss with the values that are usual for it, which a recipe's other keys then change.</summary>
    /// <param name="kind">The loss.</param>
    public static LossRecipe Of(LossKind kind) => kind switch
    {
        LossKind.Gcl => new() { Kind = kind, Scale = 20 },
        LossKind.AsymmetricGcl => new() { Kind = kind, Scale = 20, LabelSmoothing = 0.1 },
        _ => new() { Kind = kind },
    };
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

    /// <summary>CE of the logits plus tau times the classes' log shares (Menon et al., ICLR 2021).</summary>
    LogitAdjusted,

    /// <summary>Logit adjustment with tau 1 (Ren et al., NeurIPS 2020).</summary>
    BalancedSoftmax,

    /// <summary>Logit adjustment whose logits are scaled by class too (Kini et al., NeurIPS 2021).</summary>
    VectorScaling,

    /// <summary>CE with a margin for the label that is larger the rarer it is (Cao et al., NeurIPS 2019).</summary>
    Ldam,

    /// <summary>The squared difference to the example's number: the labels are numbers, not classes.</summary>
    Mse,

    /// <summary>CE whose rivals are weighed by counts and by mistakes (Wang et al., CVPR 2021).</summary>
    Seesaw,

    /// <summary>CE of cosines lowered by noise, the more the rarer the class, and by a margin of the label (Li et al., CVPR 2022).</summary>
    Gcl,

    /// <summary>The same with focusing exponents that differ between the label and the other classes (LPT, ICLR 2023).</summary>
    AsymmetricGcl,
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
