using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tailor.Engine;

/// <summary>Moves rows of a head between tensors, where they are far apart, and scratch memory, where they lie close and padded.</summary>
internal static unsafe class AttentionPacking<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>Copies rows, filling each up to <paramref name="targetStride"/> with zeros, and adds rows of zeros up to <paramref name="paddedRows"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Read(float* source, nint sourceStride, int rows, int paddedRows, int size, float* target, nint targetStride)
    {
        int i = 0;
        for (; i < rows; i++, source += sourceStride, target += targetStride)
        {
            int k = 0;
            for (; k + TSimd.Width <= size; k += TSimd.Width)
            {
                TSimd.Store(TSimd.Load(source + k), target + k);
            }

            for (; k < size; k++)
            {
                target[k] = source[k];
            }

            for (; k < targetStride; k++)
            {
                target[k] = 0;
            }
        }

        new Span<float>(target, checked((int)((paddedRows - i) * targetStride))).Clear();
    }

    /// <summary>target = factor * source for one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(float* source, int size, float factor, float* target)
    {
        TVector factors = TSimd.Create(factor);
        int k = 0;
        for (; k + TSimd.Width <= size; k += TSimd.Width)
        {
            TSimd.Store(TSimd.Multiply(TSimd.Load(source + k), factors), target + k);
        }

        for (; k < size; k++)
        {
            target[k] = source[k] * factor;
        }
    }

    /// <summary>Writes rows as columns, times <paramref name="factor"/>, and columns of zeros up to <paramref name="paddedColumns"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* source, nint sourceStride, int rows, int size, float factor, float* target, nint targetStride, int paddedColumns)
    {
        int i = 0;
        if (Sse.IsSupported)
        {
            Vector128<float> factors = Vector128.Create(factor);
            for (; i + 4 <= rows; i += 4, source += 4 * sourceStride)
            {
                int k = 0;
                for (; k + 4 <= size; k += 4)
                {
                    Vector128<float> a = Vector128.Load(source + k), b = Vector128.Load(source + sourceStride + k);
                    Vector128<float> c = Vector128.Load(source + (2 * sourceStride) + k), d = Vector128.Load(source + (3 * sourceStride) + k);
                    Vector128<float> ab = Sse.UnpackLow(a, b), cd = Sse.UnpackLow(c, d), ab2 = Sse.UnpackHigh(a, b), cd2 = Sse.UnpackHigh(c, d);
                    float* column = target + (k * targetStride) + i;
                    (Sse.MoveLowToHigh(ab, cd) * factors).Store(column);
                    (Sse.MoveHighToLow(cd, ab) * factors).Store(column + targetStride);
                    (Sse.MoveLowToHigh(ab2, cd2) * factors).Store(column + (2 * targetStride));
                    (Sse.MoveHighToLow(cd2, ab2) * factors).Store(column + (3 * targetStride));
                }

                for (; k < size; k++)
                {
                    for (int r = 0; r < 4; r++)
                    {
                        target[(k * targetStride) + i + r] = source[(r * sourceStride) + k] * factor;
                    }
                }
            }
        }

        for (; i < rows; i++, source += sourceStride)
        {
            for (int k = 0; k < size; k++)
            {
                target[(k * targetStride) + i] = source[k] * factor;
            }
        }

        for (int k = 0; k < size; k++)
        {
            for (int j = rows; j < paddedColumns; j++)
            {
                target[(k * targetStride) + j] = 0;
            }
        }
    }
}
