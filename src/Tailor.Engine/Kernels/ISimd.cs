namespace Tailor.Engine;

/// <summary>One width of vector instructions: a kernel is written once over this face and compiled for each width.</summary>
/// <typeparam name="TVector">The vector of floats of that width.</typeparam>
internal unsafe interface ISimd<TVector>
    where TVector : struct
{
    /// <summary>Floats in a vector.</summary>
    public static abstract int Width { get; }

    /// <summary>Whether there are registers for a tile of 8 rows by 2 vectors (32, not 16).</summary>
    public static abstract bool ManyRegisters { get; }

    public static abstract TVector Create(float value);

    public static abstract TVector Load(float* source);

    public static abstract void Store(TVector value, float* target);

    public static abstract TVector Add(TVector left, TVector right);

    public static abstract TVector Subtract(TVector left, TVector right);

    public static abstract TVector Multiply(TVector left, TVector right);

    public static abstract TVector Divide(TVector left, TVector right);

    public static abstract TVector Log(TVector value);

    /// <summary>left * right + addend, in one rounding where the processor can.</summary>
    public static abstract TVector MultiplyAdd(TVector left, TVector right, TVector addend);

    /// <summary>The larger; <paramref name="right"/> where one is NaN.</summary>
    public static abstract TVector Max(TVector left, TVector right);

    /// <summary>The magnitudes of one with the signs of the other.</summary>
    public static abstract TVector CopySign(TVector magnitude, TVector sign);

    /// <summary>As many bfloat16 as floats are in a vector, widened.</summary>
    public static abstract TVector LoadHalf(ushort* source);

    /// <summary>Rounds to the nearest bfloat16, the even one of two, as libtorch does.</summary>
    public static abstract void StoreHalf(TVector value, ushort* target);

    /// <summary>The lowest 9 bits of each element moved to where a float keeps its sign and exponent.</summary>
    public static abstract TVector ShiftIntoExponent(TVector value);

    /// <summary>The first <paramref name="count"/> elements of <paramref name="value"/>, and those of <paramref name="rest"/> behind them.</summary>
    public static abstract TVector First(int count, TVector value, TVector rest);

    /// <summary>The values at the counters <paramref name="first"/>, <paramref name="first"/> + 1, ... that <see cref="CounterHash"/> keeps, and 0 for the others.</summary>
    public static abstract TVector Keep(TVector value, CounterHash.Row row, uint first, uint threshold);

    public static abstract float Sum(TVector value);

    public static abstract float Max(TVector value);
}
