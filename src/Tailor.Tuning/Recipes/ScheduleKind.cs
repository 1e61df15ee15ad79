namespace Tailor.Tuning;

/// <summary>How the learning rate falls after the warm-up.</summary>
public enum ScheduleKind
{
    /// <summary>In a straight line to 0.</summary>
    Linear,

    /// <summary>Not at all.</summary>
    Constant,

    /// <summary>Along half a cosine to 0.</summary>
    Cosine,

    /// <summary>As a power of the share that remains, to an end value.</summary>
    Polynomial,
}
