namespace Tailor.Engine;

/// <summary>How serious a finding is.</summary>
public enum DoctorLevel
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>It works, but slower or otherwise than it could.</summary>
    Warning,

    /// <summary>Nothing can be trained until it is remedied.</summary>
    Problem,
}

/// <summary>One thing the doctor has looked at.</summary>
/// <param name="Level">How serious it is.</param>
/// <param name="What">What was found, in words.</param>
/// <param name="Remedy">What to do about it; empty when there is nothing to do.</param>
public sealed record DoctorFinding(DoctorLevel Level, string What, string Remedy = "");
