using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tailor.Engine;

/// <summary>Rearranges a matrix into strips of sixteen lines that <see cref="MatrixTile512"/> reads in order: the lines' elements of one k side by side.</summary>
internal static unsafe class MatrixStrips
{
    /// <summary>Lines of a strip: the floats of a 512-bit vector.</summary>
    public const int Width = 16;

    /// <summary>Writes one strip. Element (line, k) lies at source[line * lineStep + k * innerStep], where one of the steps is 1, and goes to target[k * targetStride + line].</summary>
    /// <param name="source">The first line's first element.</param>
    /// <param name="lineStep">Floats from a line to the next.</param>
    /// <param name="innerStep">Floats from a k to the next.</param>
    /// <param name="lines">Lines there are, 0 to <see cref="Width"/>; the rest of the strip becomes zero.</param>
    /// <param name="inner">How many k.</param>
    /// <param name="target">The strip.</param>
    /// <param name="targetStride">Floats in the strip from a k to the next.</param>
    public static void Pack(float* source, nint lineStep, nint innerStep, int lines, int inner, float* target, nint targetStride)
    {
        if (lines < Width)
        {
            PackPart(source, lineStep, innerStep, lines, inner, target, targetStride);
        }
        else if (lineStep == 1)
        {
            Copy(source, innerStep, inner, target, targetStride);
        }
        else
        {
            int whole = inner & ~(Width - 1);
            for (int k = 0; k < whole; k += Width)
            {
                Transpose(source + k, lineStep, target + (k * targetStride), targetStride);
            }

            PackPart(source + whole, lineStep, innerStep, lines, inner - whole, target + (whole * targetStride), targetStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Copy(float* source, nint innerStep, int inner, float* target, nint targetStride)
    {
        for (; inner > 0; inner--, source += innerStep, target += targetStride)
        {
            Vector512.Load(source).Store(target);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackPart(float* source, nint lineStep, nint innerStep, int lines, int inner, float* target, nint targetStride)
    {
        for (; inner > 0; inner--, source += innerStep, target += targetStride)
        {
            Vector512<float>.Zero.Store(target);
            for (int line = 0; line < lines; line++)
            {
                target[line] = source[line * lineStep];
            }
        }
    }

    /// <summary>Sixteen lines of sixteen floats, turned in four rounds of exchanges between registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose(float* source, nint lineStep, float* target, nint targetStride)
    {
        Quarter(source, lineStep, out Vector512<float> a0, out Vector512<float> a1, out Vector512<float> a2, out Vector512<float> a3);
        Quarter(source + (4 * lineStep), lineStep, out Vector512<float> b0, out Vector512<float> b1, out Vector512<float> b2, out Vector512<float> b3);
        Quarter(source + (8 * lineStep), lineStep, out Vector512<float> c0, out Vector512<float> c1, out Vector512<float> c2, out Vector512<float> c3);
        Quarter(source + (12 * lineStep), lineStep, out Vector512<float> d0, out Vector512<float> d1, out Vector512<float> d2, out Vector512<float> d3);
        Column(a0, b0, c0, d0, target, targetStride);
        Column(a1, b1, c1, d1, target + targetStride, targetStride);
        Column(a2, b2, c2, d2, target + (2 * targetStride), targetStride);
        Column(a3, b3, c3, d3, target + (3 * targetStride), targetStride);
    }

    /// <summary>Four lines: r_i holds, for each group of four k, the four lines' elements of its i-th.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quarter(float* source, nint lineStep, out Vector512<float> r0, out Vector512<float> r1, out Vector512<float> r2, out Vector512<float> r3)
    {
        Vector512<float> x = Vector512.Load(source), y = Vector512.Load(source + lineStep), z = Vector512.Load(source + (2 * lineStep)), w = Vector512.Load(source + (3 * lineStep));
        Vector512<double> low = Avx512F.UnpackLow(x, y).AsDouble(), high = Avx512F.UnpackHigh(x, y).AsDouble();
        Vector512<double> low2 = Avx512F.UnpackLow(z, w).AsDouble(), high2 = Avx512F.UnpackHigh(z, w).AsDouble();
        r0 = Avx512F.UnpackLow(low, low2).AsSingle();
        r1 = Avx512F.UnpackHigh(low, low2).AsSingle();
        r2 = Avx512F.UnpackLow(high, high2).AsSingle();
        r3 = Avx512F.UnpackHigh(high, high2).AsSingle();
    }

    /// <summary>From the quarters' groups of one i: the sixteen lines' elements of k = i, i + 4, i + 8 and i + 12.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Column(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* target, nint targetStride)
    {
        Vector512<float> ab02 = Avx512F.Shuffle4x128(a, b, 0x88), ab13 = Avx512F.Shuffle4x128(a, b, 0xdd);
        Vector512<float> cd02 = Avx512F.Shuffle4x128(c, d, 0x88), cd13 = Avx512F.Shuffle4x128(c, d, 0xdd);
        Avx512F.Shuffle4x128(ab02, cd02, 0x88).Store(target);
        Avx512F.Shuffle4x128(ab13, cd13, 0x88).Store(target + (4 * targetStride));
        Avx512F.Shuffle4x128(ab02, cd02, 0xdd).Store(target + (8 * targetStride));
        Avx512F.Shuffle4x128(ab13, cd13, 0xdd).Store(target + (12 * targetStride));
    }
}
