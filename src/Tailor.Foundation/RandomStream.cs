using System.Text;

namespace Tailor.Foundation;

/// <summary>
/// A counter-based random stream: the n-th value is a pure function of (key, n), so a stream can be rebuilt anywhere, at any position, on any thread.
/// The key is derived from the run seed, the stream's purpose and any indices (epoch, step, ...). Values are those of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
/// </summary>
public struct RandomStream
{
    private const ulong Golden = 0x9E3779B97F4A7C15UL;
    private readonly ulong _key;
    private ulong _counter;

    private RandomStream(ulong key) => _key = key;

    /// <summary>Makes the stream that belongs to a purpose.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">What the values are for, such as <c>"batch order"</c>; two purposes never share values.</param>
    /// <param name="indices">Positions within the purpose, such as the epoch.</param>
    public static RandomStream For(long seed, string purpose, params ReadOnlySpan<long> indices) => new(Key(seed, purpose, indices));

    /// <summary>The 64-bit key of a purpose, for generators that hash their own counters (dropout).</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">What the values are for.</param>
    /// <param name="indices">Positions within the purpose, such as the step and the place in the network.</param>
    public static ulong Key(long seed, string purpose, params ReadOnlySpan<long> indices)
    {
        ArgumentNullException.ThrowIfNull(purpose);
        ulong key = Mix((ulong)seed + Golden);
        foreach (byte b in Encoding.UTF8.GetBytes(purpose))
        {
            key = Mix((key ^ b) + Golden);
        }

        foreach (long index in indices)
        {
            key = Mix((key ^ (ulong)index) - Golden);
        }

        return key;
    }

    /// <summary>The next 64 random bits.</summary>
    public ulong NextUInt64() => Mix(_key + (Golden * ++_counter));

    /// <summary>A number in [0, 1) with 53 random bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>An integer in [0, <paramref name="bound"/>), without bias (Lemire, 2019).</summary>
    /// <param name="bound">The exclusive upper bound, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The bound is below 1.</exception>
    public int NextInt(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        uint range = (uint)bound;
        ulong product = (NextUInt64() >> 32) * range;
        if ((uint)product < range)
        {
            uint threshold = (0u - range) % range;
            while ((uint)product < threshold)
            {
                product = (NextUInt64() >> 32) * range;
            }
        }

        return (int)(product >> 32);
    }

    /// <summary>A normal deviate with mean 0 and standard deviation 1 (Box and Muller; two uniform values each).</summary>
    public double NextGaussian()
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        return radius * Math.Cos(2 * Math.PI * NextDouble());
    }

    /// <summary>Puts the items into a uniformly random order (Fisher and Yates).</summary>
    /// <typeparam name="T">The items' type.</typeparam>
    /// <param name="items">The items, reordered in place.</param>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = NextInt(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
