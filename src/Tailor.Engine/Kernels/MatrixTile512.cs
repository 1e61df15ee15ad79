using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tailor.Engine;

/// <summary>The innermost loop of <see cref="MatrixProduct"/>: 8 rows by 48 columns of the result in 24 of the 32 registers of AVX-512, so that eleven loads feed 24 multiply-adds.</summary>
internal static unsafe class MatrixTile512
{
    public const int Rows = 8;
    public const int Columns = 48;

    /// <summary>C = A B + start, or C += A B, for one tile.</summary>
    /// <param name="a">A(row, k) at a[k * <see cref="MatrixStrips.Width"/> + row].</param>
    /// <param name="b">B(k, column) at b[k * <see cref="Columns"/> + column].</param>
    /// <param name="inner">How many k.</param>
    /// <param name="c">[<see cref="Rows"/>, <see cref="Columns"/>].</param>
    /// <param name="cStride">Floats from a row of C to the next.</param>
    /// <param name="start">What every row starts from, [<see cref="Columns"/>], or null for zero; not read when <paramref name="accumulate"/> is set.</param>
    /// <param name="accumulate">Whether to add to what C holds.</param>
    // One local variable for each register: an array of them would lie in memory.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(float* a, float* b, int inner, float* c, nint cStride, float* start, bool accumulate)
    {
        Vector512<float> c0x = default, c0y = default, c0z = default;
        Vector512<float> c1x = default, c1y = default, c1z = default;
        Vector512<float> c2x = default, c2y = default, c2z = default;
        Vector512<float> c3x = default, c3y = default, c3z = default;
        Vector512<float> c4x = default, c4y = default, c4z = default;
        Vector512<float> c5x = default, c5y = default, c5z = default;
        Vector512<float> c6x = default, c6y = default, c6z = default;
        Vector512<float> c7x = default, c7y = default, c7z = default;
        if (accumulate)
        {
            c0x = Vector512.Load(c);
            c0y = Vector512.Load(c + 16);
            c0z = Vector512.Load(c + 32);
            c1x = Vector512.Load(c + cStride);
            c1y = Vector512.Load(c + cStride + 16);
            c1z = Vector512.Load(c + cStride + 32);
            c2x = Vector512.Load(c + (2 * cStride));
            c2y = Vector512.Load(c + (2 * cStride) + 16);
            c2z = Vector512.Load(c + (2 * cStride) + 32);
            c3x = Vector512.Load(c + (3 * cStride));
            c3y = Vector512.Load(c + (3 * cStride) + 16);
            c3z = Vector512.Load(c + (3 * cStride) + 32);
            c4x = Vector512.Load(c + (4 * cStride));
            c4y = Vector512.Load(c + (4 * cStride) + 16);
            c4z = Vector512.Load(c + (4 * cStride) + 32);
            c5x = Vector512.Load(c + (5 * cStride));
            c5y = Vector512.Load(c + (5 * cStride) + 16);
            c5z = Vector512.Load(c + (5 * cStride) + 32);
            c6x = Vector512.Load(c + (6 * cStride));
            c6y = Vector512.Load(c + (6 * cStride) + 16);
            c6z = Vector512.Load(c + (6 * cStride) + 32);
            c7x = Vector512.Load(c + (7 * cStride));
            c7y = Vector512.Load(c + (7 * cStride) + 16);
            c7z = Vector512.Load(c + (7 * cStride) + 32);
        }
        else if (start is not null)
        {
            c0x = c1x = c2x = c3x = c4x = c5x = c6x = c7x = Vector512.Load(start);
            c0y = c1y = c2y = c3y = c4y = c5y = c6y = c7y = Vector512.Load(start + 16);
            c0z = c1z = c2z = c3z = c4z = c5z = c6z = c7z = Vector512.Load(start + 32);
        }

        for (; inner > 0; inner--, a += MatrixStrips.Width, b += Columns)
        {
            Vector512<float> x = Vector512.Load(b), y = Vector512.Load(b + 16), z = Vector512.Load(b + 32);
            Vector512<float> t = Vector512.Create(a[0]);
            c0x = Avx512F.FusedMultiplyAdd(t, x, c0x);
            c0y = Avx512F.FusedMultiplyAdd(t, y, c0y);
            c0z = Avx512F.FusedMultiplyAdd(t, z, c0z);
            t = Vector512.Create(a[1]);
            c1x = Avx512F.FusedMultiplyAdd(t, x, c1x);
            c1y = Avx512F.FusedMultiplyAdd(t, y, c1y);
            c1z = Avx512F.FusedMultiplyAdd(t, z, c1z);
            t = Vector512.Create(a[2]);
            c2x = Avx512F.FusedMultiplyAdd(t, x, c2x);
            c2y = Avx512F.FusedMultiplyAdd(t, y, c2y);
            c2z = Avx512F.FusedMultiplyAdd(t, z, c2z);
            t = Vector512.Create(a[3]);
            c3x = Avx512F.FusedMultiplyAdd(t, x, c3x);
            c3y = Avx512F.FusedMultiplyAdd(t, y, c3y);
            c3z = Avx512F.FusedMultiplyAdd(t, z, c3z);
            t = Vector512.Create(a[4]);
            c4x = Avx512F.FusedMultiplyAdd(t, x, c4x);
            c4y = Avx512F.FusedMultiplyAdd(t, y, c4y);
            c4z = Avx512F.FusedMultiplyAdd(t, z, c4z);
            t = Vector512.Create(a[5]);
            c5x = Avx512F.FusedMultiplyAdd(t, x, c5x);
            c5y = Avx512F.FusedMultiplyAdd(t, y, c5y);
            c5z = Avx512F.FusedMultiplyAdd(t, z, c5z);
            t = Vector512.Create(a[6]);
            c6x = Avx512F.FusedMultiplyAdd(t, x, c6x);
            c6y = Avx512F.FusedMultiplyAdd(t, y, c6y);
            c6z = Avx512F.FusedMultiplyAdd(t, z, c6z);
            t = Vector512.Create(a[7]);
            c7x = Avx512F.FusedMultiplyAdd(t, x, c7x);
            c7y = Avx512F.FusedMultiplyAdd(t, y, c7y);
            c7z = Avx512F.FusedMultiplyAdd(t, z, c7z);
        }

        c0x.Store(c);
        c0y.Store(c + 16);
        c0z.Store(c + 32);
        c1x.Store(c + cStride);
        c1y.Store(c + cStride + 16);
        c1z.Store(c + cStride + 32);
        c2x.Store(c + (2 * cStride));
        c2y.Store(c + (2 * cStride) + 16);
        c2z.Store(c + (2 * cStride) + 32);
        c3x.Store(c + (3 * cStride));
        c3y.Store(c + (3 * cStride) + 16);
        c3z.Store(c + (3 * cStride) + 32);
        c4x.Store(c + (4 * cStride));
        c4y.Store(c + (4 * cStride) + 16);
        c4z.Store(c + (4 * cStride) + 32);
        c5x.Store(c + (5 * cStride));
        c5y.Store(c + (5 * cStride) + 16);
        c5z.Store(c + (5 * cStride) + 32);
        c6x.Store(c + (6 * cStride));
        c6y.Store(c + (6 * cStride) + 16);
        c6z.Store(c + (6 * cStride) + 32);
        c7x.Store(c + (7 * cStride));
        c7y.Store(c + (7 * cStride) + 16);
        c7z.Store(c + (7 * cStride) + 32);
    }
}
