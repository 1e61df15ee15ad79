using System.Runtime.CompilerServices;

namespace Tailor.Engine;

/// <summary>
/// The random bits of dropout: a pure function of (key, row, element), so that a mask is never stored, is the same for any number of threads and is found again in the backward pass.
/// A row's 64-bit key is mixed as in SplitMix64 (Steele, Lea and Flood, OOPSLA 2014); an element's 32 bits are the finalizer of MurmurHash3 (Appleby) with half of the row's key
/// added before it and the other half within it. Its last shift is left out: only the comparison with a threshold looks at the result, and the high bits decide that.
/// </summary>
internal static class CounterHash
{
    public const uint Step = 0x9E3779B9u;
    public const uint FirstFactor = 0x85EBCA6Bu;
    public const uint SecondFactor = 0xC2B2AE35u;

    /// <summary>The key of a row of elements.</summary>
    public readonly record struct Row(uint Low, uint High);

    /// <summary>An element is dropped when its hash is below this.</summary>
    /// <param name="probability">The probability of dropping, in [0, 1).</param>
    public static uint Threshold(double probability) => (uint)Math.Min(probability * 4294967296.0, uint.MaxValue);

    /// <summary>Derives a key for a part of what <paramref name="key"/> covers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Derive(ulong key, ulong index)
    {
        ulong z = key + (0x9E3779B97F4A7C15UL * (index + 1));
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>The key of the <paramref name="index"/>-th row.</summary>
    // A call would leave no vector in a register around it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Row RowOf(ulong key, ulong index)
    {
        ulong derived = Derive(key, index);
        return new Row((uint)derived, (uint)(derived >> 32));
    }

    /// <summary>Whether the element at <paramref name="counter"/> is kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Keeps(Row row, uint counter, uint threshold)
    {
        uint hash = (counter * Step) + row.Low;
        hash ^= hash >> 16;
        hash *= FirstFactor;
        hash = hash ^ (hash >> 13) ^ row.High;
        hash *= SecondFactor;
        return hash >= threshold;
    }
}
