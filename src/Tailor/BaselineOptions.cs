using Tailor.Evaluation;

namespace Tailor;

/// <summary>What the baselines of a data set are run with.</summary>
public sealed record BaselineOptions
{
    /// <summary>A Hugging Face model directory for the probes; null when none is run.</summary>
    public string? Model { get; init; }

    /// <summary>Tokens that a probe's encoder keeps of a text; 256, or as many as it has positions for, when null.</summary>
    public int? MaxLength { get; init; }

    /// <summary>The device the encoder computes on, by name; null is the CPU.</summary>
    public string? Device { get; init; }

    /// <summary>Orders the examples in training; the answers hardly depend on it.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>Glee's head/tail threshold: the share of the scored examples that the head classes stay under, in [0, 1].</summary>
    public double Rho { get; init; } = 0.55;

    /// <summary>The bounds between classes of many, medium and few training examples.</summary>
    public ShotBounds Groups { get; init; }
}
