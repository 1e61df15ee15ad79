namespace Tailor.Tuning;

/// <summary>
/// One change of a classifier after its training; no loss ever sees it. A norm with a fixed exponent follows from the weights alone and is in force whenever the model is scored, the choice of the best checkpoint included (as
/// in Glee); every other is fitted to the weights that training chose.
/// </summary>
public sealed record CalibrationRecipe
{
    /// <summary>The kind of calibration.</summary>
    public CalibrationKind Kind { get; init; }

    /// <summary>The exponent of the weight norm, in [0, 10]; meant for <see cref="CalibrationKind.EtaNorm"/> alone.</summary>
    public double Eta { get; init; } = 1.1;

    /// <summary>
    /// The exponent of the weight norm of <see cref="CalibrationKind.TauNorm"/>, or the weight of the log shares of <see cref="CalibrationKind.LogitAdjustment"/>, in [0, 10]; null chooses it on the dev split by the last stage's
    /// metric.
    /// </summary>
    public double? Tau { get; init; }

    /// <summary>What all scores are divided by, above 0 and at most 1000, for <see cref="CalibrationKind.Temperature"/>; null chooses the one of least log loss on the dev split.</summary>
    public double? Temperature { get; init; }

    /// <summary>How <see cref="CalibrationKind.Ncm"/> tells which mean is nearest.</summary>
    public ClassMeanDistance Distance { get; init; }

    /// <summary>What the cosines (or squared distances) of <see cref="CalibrationKind.Ncm"/> are multiplied by to become scores, above 0 and at most 1000; it does not change the predicted class.</summary>
    public double Scale { get; init; } = 30;

    /// <summary>Passes over the training features, above 0 and at most 10000, for <see cref="CalibrationKind.Crt"/> and <see cref="CalibrationKind.Lws"/>.</summary>
    public double Epochs { get; init; } = 10;

    /// <summary>Features of a batch, 1 to 65536, for the same two.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>The peak learning rate of the same two, above 0 and at most 10; null for 1e-3 of the first and 1e-2 of the second.</summary>
    public double? Lr { get; init; }
}

/// <summary>How far a feature is from a class mean; features are brought to length 1 before.</summary>
public enum ClassMeanDistance
{
    /// <summary>By the angle: the length of a mean, which is less the more its class's features differ, does not count.</summary>
    Cosine,

    /// <summary>By Euclid's distance from the mean as it is.</summary>
    Euclidean,
}

/// <summary>The kinds of calibration.</summary>
public enum CalibrationKind
{
    /// <summary>The scores as they are.</summary>
    None,

    /// <summary>Each class's score divided by its weight row's norm to the power eta, bias included (<see cref="Tuning.EtaNorm"/>).</summary>
    EtaNorm,

    /// <summary>Each class's weight row divided by its norm to the power tau, without bias (<see cref="Tuning.TauNorm"/>).</summary>
    TauNorm,

    /// <summary>The log share of each class, times tau, taken from its score (<see cref="Tuning.LogitAdjustment"/>).</summary>
    LogitAdjustment,

    /// <summary>All scores divided by one number (<see cref="TemperatureScaling"/>).</summary>
    Temperature,

    /// <summary>The nearest class mean in the place of the classifier (<see cref="NearestClassMean"/>).</summary>
    Ncm,

    /// <summary>The last layer begun anew and trained on frozen features with balanced classes (<see cref="ClassifierRetraining"/>).</summary>
    Crt,

    /// <summary>A scale of each class's score, learnt on frozen features with balanced classes (<see cref="LearnedScales"/>).</summary>
    Lws,
}
