using System.Globalization;

namespace Tailor.Tuning;

/// <summary>The numbers a key may have.</summary>
/// <param name="Min">The smallest.</param>
/// <param name="Max">The largest.</param>
/// <param name="WithoutMin">Whether the smallest itself is outside.</param>
/// <param name="WithoutMax">Whether the largest itself is outside.</param>
internal readonly record struct NumberRange(double Min, double Max, bool WithoutMin = false, bool WithoutMax = false)
{
    /// <summary>[0, 1): shares and decay rates.</summary>
    public static NumberRange Share => new(0, 1, WithoutMax: true);

    public static NumberRange Above0(double max) => new(0, max, WithoutMin: true);

    public static NumberRange From0(double max) => new(0, max);

    /// <summary>Whether the number is inside; NaN never is.</summary>
    public bool Contains(double value) => (WithoutMin ? value > Min : value >= Min) && (WithoutMax ? value < Max : value <= Max);

    /// <summary>The range in words, for messages.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"a number {(WithoutMin ? "above" : "at least")} {Min} and {(WithoutMax ? "below" : "at most")} {Max}");
}
