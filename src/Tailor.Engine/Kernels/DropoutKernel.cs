using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tailor.Engine;

/// <summary>Dropout over contiguous floats: rows of 4096 elements of <see cref="CounterHash"/>, a few rows to a task.</summary>
internal static unsafe class DropoutKernel
{
    private const int RowLength = 4096;
    private const int RowsPerTask = 4;

    /// <summary>target[i] = source[i] / (1 - probability), or 0 where element i is dropped; added[i] more where there is something to add.</summary>
    public static void Apply(float* source, float* added, float* target, long count, double probability, ulong key)
    {
        uint threshold = CounterHash.Threshold(probability);
        float keep = (float)(1 / (1 - probability));
        const int perTask = RowLength * RowsPerTask;
        WorkerPool.For(checked((int)((count + perTask - 1) / perTask)), task =>
        {
            long end = Math.Min(count, (task + 1L) * perTask);
            for (long start = (long)task * perTask; start < end; start += RowLength)
            {
                float* more = added is null ? null : added + start;
                CounterHash.Row row = CounterHash.RowOf(key, (ulong)(start / RowLength));
                int length = (int)Math.Min(RowLength, end - start);
                switch (SimdChoice.Bits)
                {
                    case 512:
                        ApplyRow<Simd512, Vector512<float>>(source + start, more, target + start, length, row, threshold, keep);
                        break;
                    case 256:
                        ApplyRow<Simd256, Vector256<float>>(source + start, more, target + start, length, row, threshold, keep);
                        break;
                    default:
                        ApplyRow<Simd128, Vector128<float>>(source + start, more, target + start, length, row, threshold, keep);
                        break;
                }
            }
        });
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ApplyRow<TSimd, TVector>(float* source, float* added, float* target, int length, CounterHash.Row row, uint threshold, float keep)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int i = 0;
        TVector factor = TSimd.Create(keep);
        for (; i + TSimd.Width <= length; i += TSimd.Width)
        {
            TVector kept = TSimd.Keep(TSimd.Multiply(TSimd.Load(source + i), factor), row, (uint)i, threshold);
            TSimd.Store(added is null ? kept : TSimd.Add(TSimd.Load(added + i), kept), target + i);
        }

        for (; i < length; i++)
        {
            float kept = CounterHash.Keeps(row, (uint)i, threshold) ? source[i] * keep : 0;
            target[i] = added is null ? kept : added[i] + kept;
        }
    }
}
