using System.Runtime.CompilerServices;

namespace Tailor.Engine;

/// <summary>
/// Products of small row-major matrices that lie padded in scratch memory, in register tiles. libtorch's product is at the processor's roof for large matrices;
/// inside an attention head, where operands are in cache already, a call of it would cost more than the product.
/// </summary>
internal static unsafe class MatrixTiles<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>C = A B, or C += A B. Rows of A and C must be readable and writable up to the next multiple of 4.</summary>
    /// <param name="a">A(i, k) lies at a[i * rowStep + k * innerStep]: a transposed A is one with its steps exchanged.</param>
    /// <param name="rowStep">See <paramref name="a"/>.</param>
    /// <param name="innerStep">See <paramref name="a"/>.</param>
    /// <param name="b">[inner, columns].</param>
    /// <param name="bStride">Floats from a row of B to the next.</param>
    /// <param name="c">[rows, columns].</param>
    /// <param name="cStride">Floats from a row of C to the next.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="columns">Columns of B and C, a multiple of the vector width.</param>
    /// <param name="inner">Columns of A, rows of B.</param>
    /// <param name="accumulate">Whether to add to what C holds.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(float* a, nint rowStep, nint innerStep, float* b, nint bStride, float* c, nint cStride, int rows, int columns, int inner, bool accumulate)
    {
        int width = TSimd.Width;
        for (int j = 0; j < columns;)
        {
            bool two = j + (2 * width) <= columns;
            int i = 0;
            if (TSimd.ManyRegisters)
            {
                for (; i + 4 < rows; i += 8)
                {
                    if (two)
                    {
                        Tile8x2(a + (i * rowStep), rowStep, innerStep, b + j, bStride, c + (i * cStride) + j, cStride, inner, accumulate);
                    }
                    else
                    {
                        Tile8x1(a + (i * rowStep), rowStep, innerStep, b + j, bStride, c + (i * cStride) + j, cStride, inner, accumulate);
                    }
                }
            }

            for (; i < rows; i += 4)
            {
                if (two)
                {
                    Tile4x2(a + (i * rowStep), rowStep, innerStep, b + j, bStride, c + (i * cStride) + j, cStride, inner, accumulate);
                }
                else
                {
                    Tile4x1(a + (i * rowStep), rowStep, innerStep, b + j, bStride, c + (i * cStride) + j, cStride, inner, accumulate);
                }
            }

            j += two ? 2 * width : width;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8x2(float* a, nint rowStep, nint innerStep, float* b, nint bStride, float* c, nint cStride, int inner, bool accumulate)
    {
        TVector c0x = default, c0y = default, c1x = default, c1y = default, c2x = default, c2y = default, c3x = default, c3y = default, c4x = default, c4y = default, c5x = default, c5y = default, c6x = default, c6y = default, c7x = default, c7y = default;
        if (accumulate)
        {
            c0x = TSimd.Load(c);
            c0y = TSimd.Load(c + TSimd.Width);
            c1x = TSimd.Load(c + cStride);
            c1y = TSimd.Load(c + cStride + TSimd.Width);
            c2x = TSimd.Load(c + (2 * cStride));
            c2y = TSimd.Load(c + (2 * cStride) + TSimd.Width);
            c3x = TSimd.Load(c + (3 * cStride));
            c3y = TSimd.Load(c + (3 * cStride) + TSimd.Width);
            c4x = TSimd.Load(c + (4 * cStride));
            c4y = TSimd.Load(c + (4 * cStride) + TSimd.Width);
            c5x = TSimd.Load(c + (5 * cStride));
            c5y = TSimd.Load(c + (5 * cStride) + TSimd.Width);
            c6x = TSimd.Load(c + (6 * cStride));
            c6y = TSimd.Load(c + (6 * cStride) + TSimd.Width);
            c7x = TSimd.Load(c + (7 * cStride));
            c7y = TSimd.Load(c + (7 * cStride) + TSimd.Width);
        }

        for (; inner > 0; inner--, a += innerStep, b += bStride)
        {
            TVector x = TSimd.Load(b);
            TVector y = TSimd.Load(b + TSimd.Width);
            TVector t = TSimd.Create(a[0]);
            c0x = TSimd.MultiplyAdd(t, x, c0x);
            c0y = TSimd.MultiplyAdd(t, y, c0y);
            t = TSimd.Create(a[rowStep]);
            c1x = TSimd.MultiplyAdd(t, x, c1x);
            c1y = TSimd.MultiplyAdd(t, y, c1y);
            t = TSimd.Create(a[2 * rowStep]);
            c2x = TSimd.MultiplyAdd(t, x, c2x);
            c2y = TSimd.MultiplyAdd(t, y, c2y);
            t = TSimd.Create(a[3 * rowStep]);
            c3x = TSimd.MultiplyAdd(t, x, c3x);
            c3y = TSimd.MultiplyAdd(t, y, c3y);
            t = TSimd.Create(a[4 * rowStep]);
            c4x = TSimd.MultiplyAdd(t, x, c4x);
            c4y = TSimd.MultiplyAdd(t, y, c4y);
            t = TSimd.Create(a[5 * rowStep]);
            c5x = TSimd.MultiplyAdd(t, x, c5x);
            c5y = TSimd.MultiplyAdd(t, y, c5y);
            t = TSimd.Create(a[6 * rowStep]);
            c6x = TSimd.MultiplyAdd(t, x, c6x);
            c6y = TSimd.MultiplyAdd(t, y, c6y);
            t = TSimd.Create(a[7 * rowStep]);
            c7x = TSimd.MultiplyAdd(t, x, c7x);
            c7y = TSimd.MultiplyAdd(t, y, c7y);
        }

        TSimd.Store(c0x, c);
        TSimd.Store(c0y, c + TSimd.Width);
        TSimd.Store(c1x, c + cStride);
        TSimd.Store(c1y, c + cStride + TSimd.Width);
        TSimd.Store(c2x, c + (2 * cStride));
        TSimd.Store(c2y, c + (2 * cStride) + TSimd.Width);
        TSimd.Store(c3x, c + (3 * cStride));
        TSimd.Store(c3y, c + (3 * cStride) + TSimd.Width);
        TSimd.Store(c4x, c + (4 * cStride));
        TSimd.Store(c4y, c + (4 * cStride) + TSimd.Width);
        TSimd.Store(c5x, c + (5 * cStride));
        TSimd.Store(c5y, c + (5 * cStride) + TSimd.Width);
        TSimd.Store(c6x, c + (6 * cStride));
        TSimd.Store(c6y, c + (6 * cStride) + TSimd.Width);
        TSimd.Store(c7x, c + (7 * cStride));
        TSimd.Store(c7y, c + (7 * cStride) + TSimd.Width);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8x1(float* a, nint rowStep, nint innerStep, float* b, nint bStride, float* c, nint cStride, int inner, bool accumulate)
    {
        TVector c0x = default, c1x = default, c2x = default, c3x = default, c4x = default, c5x = default, c6x = default, c7x = default;
        if (accumulate)
        {
            c0x = TSimd.Load(c);
            c1x = TSimd.Load(c + cStride);
            c2x = TSimd.Load(c + (2 * cStride));
            c3x = TSimd.Load(c + (3 * cStride));
            c4x = TSimd.Load(c + (4 * cStride));
            c5x = TSimd.Load(c + (5 * cStride));
            c6x = TSimd.Load(c + (6 * cStride));
            c7x = TSimd.Load(c + (7 * cStride));
        }

        for (; inner > 0; inner--, a += innerStep, b += bStride)
        {
            TVector x = TSimd.Load(b);
            TVector t = TSimd.Create(a[0]);
            c0x = TSimd.MultiplyAdd(t, x, c0x);
            t = TSimd.Create(a[rowStep]);
            c1x = TSimd.MultiplyAdd(t, x, c1x);
            t = TSimd.Create(a[2 * rowStep]);
            c2x = TSimd.MultiplyAdd(t, x, c2x);
            t = TSimd.Create(a[3 * rowStep]);
            c3x = TSimd.MultiplyAdd(t, x, c3x);
            t = TSimd.Create(a[4 * rowStep]);
            c4x = TSimd.MultiplyAdd(t, x, c4x);
            t = TSimd.Create(a[5 * rowStep]);
            c5x = TSimd.MultiplyAdd(t, x, c5x);
            t = TSimd.Create(a[6 * rowStep]);
            c6x = TSimd.MultiplyAdd(t, x, c6x);
            t = TSimd.Create(a[7 * rowStep]);
            c7x = TSimd.MultiplyAdd(t, x, c7x);
        }

        TSimd.Store(c0x, c);
        TSimd.Store(c1x, c + cStride);
        TSimd.Store(c2x, c + (2 * cStride));
        TSimd.Store(c3x, c + (3 * cStride));
        TSimd.Store(c4x, c + (4 * cStride));
        TSimd.Store(c5x, c + (5 * cStride));
        TSimd.Store(c6x, c + (6 * cStride));
        TSimd.Store(c7x, c + (7 * cStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4x2(float* a, nint rowStep, nint innerStep, float* b, nint bStride, float* c, nint cStride, int inner, bool accumulate)
    {
        TVector c0x = default, c0y = default, c1x = default, c1y = default, c2x = default, c2y = default, c3x = default, c3y = default;
        if (accumulate)
        {
            c0x = TSimd.Load(c);
            c0y = TSimd.Load(c + TSimd.Width);
            c1x = TSimd.Load(c + cStride);
            c1y = TSimd.Load(c + cStride + TSimd.Width);
            c2x = TSimd.Load(c + (2 * cStride));
            c2y = TSimd.Load(c + (2 * cStride) + TSimd.Width);
            c3x = TSimd.Load(c + (3 * cStride));
            c3y = TSimd.Load(c + (3 * cStride) + TSimd.Width);
        }

        for (; inner > 0; inner--, a += innerStep, b += bStride)
        {
            TVector x = TSimd.Load(b);
            TVector y = TSimd.Load(b + TSimd.Width);
            TVector t = TSimd.Create(a[0]);
            c0x = TSimd.MultiplyAdd(t, x, c0x);
            c0y = TSimd.MultiplyAdd(t, y, c0y);
            t = TSimd.Create(a[rowStep]);
            c1x = TSimd.MultiplyAdd(t, x, c1x);
            c1y = TSimd.MultiplyAdd(t, y, c1y);
            t = TSimd.Create(a[2 * rowStep]);
            c2x = TSimd.MultiplyAdd(t, x, c2x);
            c2y = TSimd.MultiplyAdd(t, y, c2y);
            t = TSimd.Create(a[3 * rowStep]);
            c3x = TSimd.MultiplyAdd(t, x, c3x);
            c3y = TSimd.MultiplyAdd(t, y, c3y);
        }

        TSimd.Store(c0x, c);
        TSimd.Store(c0y, c + TSimd.Width);
        TSimd.Store(c1x, c + cStride);
        TSimd.Store(c1y, c + cStride + TSimd.Width);
        TSimd.Store(c2x, c + (2 * cStride));
        TSimd.Store(c2y, c + (2 * cStride) + TSimd.Width);
        TSimd.Store(c3x, c + (3 * cStride));
        TSimd.Store(c3y, c + (3 * cStride) + TSimd.Width);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4x1(float* a, nint rowStep, nint innerStep, float* b, nint bStride, float* c, nint cStride, int inner, bool accumulate)
    {
        TVector c0x = default, c1x = default, c2x = default, c3x = default;
        if (accumulate)
        {
            c0x = TSimd.Load(c);
            c1x = TSimd.Load(c + cStride);
            c2x = TSimd.Load(c + (2 * cStride));
            c3x = TSimd.Load(c + (3 * cStride));
        }

        for (; inner > 0; inner--, a += innerStep, b += bStride)
        {
            TVector x = TSimd.Load(b);
            TVector t = TSimd.Create(a[0]);
            c0x = TSimd.MultiplyAdd(t, x, c0x);
            t = TSimd.Create(a[rowStep]);
            c1x = TSimd.MultiplyAdd(t, x, c1x);
            t = TSimd.Create(a[2 * rowStep]);
            c2x = TSimd.MultiplyAdd(t, x, c2x);
            t = TSimd.Create(a[3 * rowStep]);
            c3x = TSimd.MultiplyAdd(t, x, c3x);
        }

        TSimd.Store(c0x, c);
        TSimd.Store(c1x, c + cStride);
        TSimd.Store(c2x, c + (2 * cStride));
        TSimd.Store(c3x, c + (3 * cStride));
    }
}
