using System.Diagnostics;

namespace Tailor.Bench;

/// <summary>Times of the same work, again and again.</summary>
/// <param name="milliseconds">The counted times.</param>
internal sealed class Rounds(IReadOnlyList<double> milliseconds)
{
    private readonly double[] _sorted = [.. milliseconds.Order()];

    /// <summary>The shortest, in milliseconds.</summary>
    public double Best => _sorted[0];

    /// <summary>The middle one, in milliseconds.</summary>
    public double Median => Measurement.Middle(_sorted);

    /// <summary>The longest, in milliseconds.</summary>
    public double Worst => _sorted[^1];

    /// <summary>Times a piece of work, after one time that is not counted.</summary>
    /// <param name="rounds">Counted rounds.</param>
    /// <param name="work">The work.</param>
    public static Rounds Of(int rounds, Action work)
    {
        work();
        return new Rounds([.. Enumerable.Range(0, rounds).Select(_ => Time(work))]);
    }

    /// <summary>Times a piece of work once.</summary>
    /// <returns>Milliseconds.</returns>
    public static double Time(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
