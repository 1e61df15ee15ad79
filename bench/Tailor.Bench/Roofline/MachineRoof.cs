using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Tailor.Bench;

/// <summary>What the processor can do at most: multiplications and additions from registers, and bytes to and from memory.</summary>
internal static class MachineRoof
{
    private const int Bursts = 20, Accumulators = 12;

    /// <summary>fp32 multiplications and additions a second by a loop of fused multiply-adds on registers alone.</summary>
    /// <param name="threads">Threads that run it.</param>
    /// <param name="bits">Width of the vectors, 256 or 512.</param>
    /// <returns>10^9 operations a second, best of a few bursts.</returns>
    public static double Arithmetic(int threads, int bits)
    {
        const int Rounds = 2_000_000;
        double operations = 2.0 * Accumulators * (bits / 32) * Rounds * threads;
        return operations / Best(threads, _ => Spin(Rounds, bits)) / 1e9;
    }

    /// <summary>Bytes a second of a[i] = b[i] + s c[i] (three passes, as STREAM counts them) and of a[i] += s b[i], which needs no row of the target twice.</summary>
    /// <param name="threads">Threads that share the arrays.</param>
    /// <returns>10^9 bytes a second, best of a few bursts.</returns>
    public static (double Triad, double InPlace) Bandwidth(int threads)
    {
        const int Floats = 32 << 20; // 128 MiB an array: beyond any cache
        float[] a = new float[Floats], b = new float[Floats], c = new float[Floats];
        Array.Fill(a, 1);
        Array.Fill(b, 2);
        Array.Fill(c, 3);
        int share = Floats / threads;
        double bytes = 3.0 * sizeof(float) * share * threads;
        double triad = Best(threads, t => Triad(a.AsSpan(t * share, share), b.AsSpan(t * share, share), c.AsSpan(t * share, share)));
        double inPlace = Best(threads, t => Triad(a.AsSpan(t * share, share), a.AsSpan(t * share, share), b.AsSpan(t * share, share)));
        return (bytes / triad / 1e9, bytes / inPlace / 1e9);
    }

    /// <summary>The shortest time in which all threads have run a piece of work each, in seconds.</summary>
    private static double Best(int threads, Action<int> work)
    {
        double best = double.PositiveInfinity;
        for (int burst = 0; burst <= Bursts; burst++)
        {
            using var start = new Barrier(threads);
            long[] begin = new long[threads], end = new long[threads];
            Thread[] all = [.. Enumerable.Range(0, threads).Select(t => new Thread(() =>
            {
                // Each has its own clock: a thread that only waits would get a processor, and look at its own, when the work is under way.
                start.SignalAndWait();
                begin[t] = Stopwatch.GetTimestamp();
                work(t);
                end[t] = Stopwatch.GetTimestamp();
            }))];
            Array.ForEach(all, thread => thread.Start());
            Array.ForEach(all, thread => thread.Join());
            best = burst == 0 ? best : Math.Min(best, Stopwatch.GetElapsedTime(begin.Min(), end.Max()).TotalSeconds);
        }

        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Triad(Span<float> target, ReadOnlySpan<float> b, ReadOnlySpan<float> c)
    {
        var s = Vector256.Create(0.5f);
        ref float t0 = ref MemoryMarshal.GetReference(target), b0 = ref MemoryMarshal.GetReference(b), c0 = ref MemoryMarshal.GetReference(c);
        for (nuint i = 0; i + 16 <= (nuint)target.Length; i += 16)
        {
            Vector256.FusedMultiplyAdd(s, Vector256.LoadUnsafe(ref c0, i), Vector256.LoadUnsafe(ref b0, i)).StoreUnsafe(ref t0, i);
            Vector256.FusedMultiplyAdd(s, Vector256.LoadUnsafe(ref c0, i + 8), Vector256.LoadUnsafe(ref b0, i + 8)).StoreUnsafe(ref t0, i + 8);
        }
    }

    private static float Spin(int rounds, int bits) => bits == 512 ? Spin512(rounds) : Spin256(rounds);

    // One local variable an accumulator: an array of them would stay in memory.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Spin512(int rounds)
    {
        Vector512<float> f = Vector512.Create(0.999f), a = f, b = f, c = f, d = f, e = f, g = f, h = f, i = f, j = f, k = f, l = f, m = f;
        for (int round = 0; round < rounds; round++)
        {
            a = Vector512.FusedMultiplyAdd(a, f, f);
            b = Vector512.FusedMultiplyAdd(b, f, f);
            c = Vector512.FusedMultiplyAdd(c, f, f);
            d = Vector512.FusedMultiplyAdd(d, f, f);
            e = Vector512.FusedMultiplyAdd(e, f, f);
            g = Vector512.FusedMultiplyAdd(g, f, f);
            h = Vector512.FusedMultiplyAdd(h, f, f);
            i = Vector512.FusedMultiplyAdd(i, f, f);
            j = Vector512.FusedMultiplyAdd(j, f, f);
            k = Vector512.FusedMultiplyAdd(k, f, f);
            l = Vector512.FusedMultiplyAdd(l, f, f);
            m = Vector512.FusedMultiplyAdd(m, f, f);
        }

        return Vector512.Sum(a + b + c + d + e + g + h + i + j + k + l + m);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Spin256(int rounds)
    {
        Vector256<float> f = Vector256.Create(0.999f), a = f, b = f, c = f, d = f, e = f, g = f, h = f, i = f, j = f, k = f, l = f, m = f;
        for (int round = 0; round < rounds; round++)
        {
            a = Vector256.FusedMultiplyAdd(a, f, f);
            b = Vector256.FusedMultiplyAdd(b, f, f);
            c = Vector256.FusedMultiplyAdd(c, f, f);
            d = Vector256.FusedMultiplyAdd(d, f, f);
            e = Vector256.FusedMultiplyAdd(e, f, f);
            g = Vector256.FusedMultiplyAdd(g, f, f);
            h = Vector256.FusedMultiplyAdd(h, f, f);
            i = Vector256.FusedMultiplyAdd(i, f, f);
            j = Vector256.FusedMultiplyAdd(j, f, f);
            k = Vector256.FusedMultiplyAdd(k, f, f);
            l = Vector256.FusedMultiplyAdd(l, f, f);
            m = Vector256.FusedMultiplyAdd(m, f, f);
        }

        return Vector256.Sum(a + b + c + d + e + g + h + i + j + k + l + m);
    }
}
