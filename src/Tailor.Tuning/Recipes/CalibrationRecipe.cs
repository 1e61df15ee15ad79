namespace Tailor.Tuning;

/// <summary>What is done to the classifier's scores when the model is evaluated; the loss never sees it.</summary>
public sealed record CalibrationRecipe
{
    /// <summary>The kind of calibration.</summary>
    public CalibrationKind Kind { get; init; }

    /// <summary>The exponent of the weight norm, in [0, 10]; meant for <see cref="CalibrationKind.EtaNorm"/> alone.</summary>
    public double Eta { get; init; } = 1.1;
}

/// <summary>The kinds of calibration.</summary>
public enum CalibrationKind
{
    /// <summary>The scores as they are.</summary>
    None,

    /// <summary>
    /// Each class's weight row and bias divided by the row's norm to the power eta (Glee, EMNLP 2022; the tau-normalisation of Kang et al., ICLR 2020,
    /// with the bias included).
    /// </summary>
    EtaNorm,
}
