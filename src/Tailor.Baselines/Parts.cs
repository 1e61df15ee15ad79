namespace Tailor.Baselines;

/// <summary>Something of each part of a data set.</summary>
internal sealed record Parts<T>(T Train, T Dev, T Test);

/// <summary>Something, and the seconds it took to make.</summary>
internal sealed record Timed<T>(T Value, double Seconds);

/// <summary>Makes <see cref="Timed{T}"/>.</summary>
internal static class Timed
{
    /// <summary>Makes something and takes the time.</summary>
    public static Timed<T> Of<T>(Func<T> make)
    {
        long begin = TimeProvider.System.GetTimestamp();
        T value = make();
        return new Timed<T>(value, TimeProvider.System.GetElapsedTime(begin).TotalSeconds);
    }
}
