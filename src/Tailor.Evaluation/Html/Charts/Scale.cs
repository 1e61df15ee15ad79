namespace Tailor.Evaluation;

/// <summary>From values to places on a drawing, linear or logarithmic.</summary>
internal sealed class Scale
{
    private readonly double _low, _high, _from, _to;
    private readonly bool _log;

    private Scale(double low, double high, double from, double to, bool log, IReadOnlyList<double> ticks) => (_low, _high, _from, _to, _log, Ticks) = (low, high, from, to, log, ticks);

    /// <summary>Round values within the scale to label.</summary>
    public IReadOnlyList<double> Ticks { get; }

    /// <summary>A linear scale, widened to the next ticks.</summary>
    /// <param name="low">The least value to show.</param>
    /// <param name="high">The greatest value to show.</param>
    /// <param name="from">The place of the least value.</param>
    /// <param name="to">The place of the greatest value.</param>
    /// <param name="intervals">About how many intervals between ticks.</param>
    public static Scale Linear(double low, double high, double from, double to, int intervals = 5)
    {
        // Equal values, or ones that differ in their last bits alone, still want a scale.
        double size = Math.Max(Math.Abs(high), 1);
        double step = Step((high - low > size * 1e-9 ? high - low : size / 10) / intervals);
        long first = (long)Math.Floor((low / step) + 1e-9), last = Math.Max((long)Math.Ceiling((high / step) - 1e-9), first + 1);
        double[] ticks = [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => Math.Round((first + i) * step, 12))];
        return new Scale(ticks[0], ticks[^1], from, to, log: false, ticks);
    }

    /// <summary>A linear scale that ends where the values end; its ticks lie within.</summary>
    /// <param name="high">The greatest value, above 0; the least is 0.</param>
    /// <param name="from">The place of 0.</param>
    /// <param name="to">The place of the greatest value.</param>
    /// <param name="intervals">About how many intervals between ticks.</param>
    public static Scale UpTo(double high, double from, double to, int intervals = 5) => new(0, high, from, to, log: false, [.. Linear(0, high, from, to, intervals).Ticks.Where(tick => tick <= high)]);

    /// <summary>A logarithmic scale of counts that begins below 1, so that a count of 1 has a length; ticks at the powers of ten.</summary>
    /// <param name="high">The greatest count.</param>
    /// <param name="from">The place of the beginning.</param>
    /// <param name="to">The place of the greatest count.</param>
    public static Scale Counts(double high, double from, double to)
    {
        double end = Math.Max(high, 10);
        return new Scale(0.6, end, from, to, log: true, [.. Enumerable.Range(0, 10).Select(power => Math.Pow(10, power)).Where(tick => tick <= end * 1.0001)]);
    }

    /// <summary>The place of a value; one beyond the scale's ends stands at the end.</summary>
    public double At(double value)
    {
        double clamped = Math.Clamp(value, _low, _high);
        double share = _log ? Math.Log(clamped / _low) / Math.Log(_high / _low) : (clamped - _low) / (_high - _low);
        return _from + (share * (_to - _from));
    }

    /// <summary>The nearest of 1, 2 or 5 times a power of ten that is not smaller.</summary>
    private static double Step(double rough)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double digit = rough / power;
        return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
    }
}
