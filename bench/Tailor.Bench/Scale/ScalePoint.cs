namespace Tailor.Bench;

/// <summary>One measurement of a sweep.</summary>
/// <param name="Size">What was varied.</param>
/// <param name="Milliseconds">Best time.</param>
/// <param name="PeakBytes">Largest resident memory of its process.</param>
internal sealed record ScalePoint(double Size, double Milliseconds, double PeakBytes);

/// <summary>One thing varied, all else kept.</summary>
/// <param name="Name">What was varied, and what was measured.</param>
/// <param name="Points">The measurements, by rising size.</param>
internal sealed record Sweep(string Name, IReadOnlyList<ScalePoint> Points)
{
    /// <summary>The exponent b of y = a x^b that fits best on logarithms: 1 is proportional, 0 is flat.</summary>
    /// <param name="of">The figure.</param>
    public double Slope(Func<ScalePoint, double> of)
    {
        (double X, double Y)[] logs = [.. Points.Select(p => (Math.Log(p.Size), Math.Log(of(p))))];
        double x = logs.Average(p => p.X), y = logs.Average(p => p.Y);
        return logs.Sum(p => (p.X - x) * (p.Y - y)) / logs.Sum(p => (p.X - x) * (p.X - x));
    }
}
