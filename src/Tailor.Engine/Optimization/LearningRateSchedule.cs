namespace Tailor.Engine;

/// <summary>How the learning rate falls after warm-up; the names are those of transformers' <c>lr_scheduler_type</c>.</summary>
public enum ScheduleKind
{
    /// <summary>In a straight line.</summary>
    Linear,

    /// <summary>Not at all.</summary>
    Constant,

    /// <summary>Along half a cosine (Loshchilov and Hutter 2017, without restarts).</summary>
    Cosine,

    /// <summary>Along half a cosine several times, each from the top (Loshchilov and Hutter 2017).</summary>
    CosineRestarts,

    /// <summary>As a power of what remains.</summary>
    Polynomial,
}

/// <summary>Learning-rate schedules with linear warm-up, as in transformers' <c>optimization.py</c>.</summary>
public static class LearningRateSchedule
{
    /// <summary>The factor on the peak learning rate.</summary>
    /// <param name="kind">The curve after warm-up.</param>
    /// <param name="step">Steps already taken: 0 for the first one.</param>
    /// <param name="totalSteps">Steps of the whole run, warm-up included; past them the factor stays at its end.</param>
    /// <param name="warmupSteps">Steps over which the factor rises from 0 to 1 in a straight line; 0 for none.</param>
    /// <param name="power">Exponent of the polynomial.</param>
    /// <param name="endFactor">Factor at the end, in [0, 1]; not for the constant.</param>
    /// <param name="cycles">Number of falls of the cosine with restarts, at least 1.</param>
    /// <returns>A factor in [0, 1].</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public static double Factor(ScheduleKind kind, long step, long totalSteps, long warmupSteps, double power = 1, double endFactor = 0, int cycles = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfNegative(totalSteps);
        ArgumentOutOfRangeException.ThrowIfNegative(warmupSteps);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(power);
        ArgumentOutOfRangeException.ThrowIfNegative(endFactor);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(endFactor, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(cycles, 1);
        if (step < warmupSteps)
        {
            return (double)step / warmupSteps;
        }

        double progress = Math.Min(1, (double)(step - warmupSteps) / Math.Max(1, totalSteps - warmupSteps));
        double height = kind switch
        {
            ScheduleKind.Constant => 1,
            ScheduleKind.Linear => 1 - progress,
            ScheduleKind.Polynomial => Math.Pow(1 - progress, power),
            ScheduleKind.Cosine => HalfCosine(progress),
            ScheduleKind.CosineRestarts => progress >= 1 ? 0 : HalfCosine(cycles * progress % 1),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown schedule."),
        };
        return kind == ScheduleKind.Constant ? 1 : endFactor + ((1 - endFactor) * height);
    }

    private static double HalfCosine(double progress) => 0.5 * (1 + Math.Cos(Math.PI * progress));
}
