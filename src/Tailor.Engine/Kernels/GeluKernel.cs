using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tailor.Engine;

/// <summary>
/// GELU, x Φ(x) (Hendrycks and Gimpel, 2016), of rows of float32 or bfloat16 to which a bias is added first, in one pass over memory. The backward pass computes the activation again, which costs it next to nothing:
/// both need Φ(x), and Φ(x) needs the exponential of which the density is made.
/// </summary>
internal sealed unsafe class GeluKernel
{
    /// <summary>Columns are a multiple of this: the widest vector, so that no row leaves a rest.</summary>
    public const int ColumnBlock = 16;

    private const int RowsPerTask = 16;

    /// <summary>x, [rows, columns].</summary>
    public required void* Input { get; init; }

    /// <summary>Added to every row of <see cref="Input"/>, [columns] of float32.</summary>
    public required float* Bias { get; init; }

    /// <summary>Whether the rows are of bfloat16.</summary>
    public required bool Half { get; init; }

    public required int Rows { get; init; }

    public required int Columns { get; init; }

    private int Tasks => (Rows + RowsPerTask - 1) / RowsPerTask;

    /// <summary>Computes GELU(x + b).</summary>
    /// <param name="output">[rows, columns]; may be <see cref="Input"/>.</param>
    public void Forward(void* output) => ForRows(output, null, null);

    /// <summary>Computes dL/dx of dL/dGELU(x + b), and GELU(x + b) again.</summary>
    /// <param name="gradient">[rows, columns]: dL/dGELU, which dL/dx takes the place of.</param>
    /// <param name="output">[rows, columns] for GELU(x + b), or null where it is not needed.</param>
    /// <param name="biasGradient">[columns] of float32 for the sum of dL/dx over the rows, or null where it is not needed.</param>
    public void Backward(void* gradient, void* output, float* biasGradient)
    {
        float* sums = biasGradient is null ? null : TaskSums.Memory(Tasks, Columns);
        ForRows(output, gradient, sums);
        if (biasGradient is not null)
        {
            TaskSums.End(sums, Tasks, Columns, biasGradient);
        }
    }

    private void ForRows(void* output, void* gradient, float* sums)
    {
        nint size = Columns * (Half ? sizeof(ushort) : sizeof(float));
        WorkerPool.For(Tasks, task =>
        {
            float* sum = sums is null ? null : TaskSums.Begin(sums, task, Columns);
            for (int row = task * RowsPerTask; row < Math.Min(Rows, (task + 1) * RowsPerTask); row++)
            {
                nint offset = row * size;
                byte* x = (byte*)Input + offset, y = output is null ? null : (byte*)output + offset, g = gradient is null ? null : (byte*)gradient + offset;
                switch (SimdChoice.Bits)
                {
                    case 512:
                        Row<Simd512, Vector512<float>>(x, y, g, sum);
                        break;
                    case 256:
                        Row<Simd256, Vector256<float>>(x, y, g, sum);
                        break;
                    default:
                        Row<Simd128, Vector128<float>>(x, y, g, sum);
                        break;
                }
            }
        });
    }

    private void Row<TSimd, TVector>(void* x, void* y, void* g, float* sum)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        if (Half)
        {
            Row<TSimd, TVector, HalfRow<TSimd, TVector>>(x, Bias, y, g, sum, Columns);
        }
        else
        {
            Row<TSimd, TVector, FloatRow<TSimd, TVector>>(x, Bias, y, g, sum, Columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row<TSimd, TVector, TRow>(void* input, float* bias, void* output, void* gradient, float* sum, int columns)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
        where TRow : struct, IRow<TVector>
    {
        for (int i = 0; i < columns; i += TSimd.Width)
        {
            TVector x = TSimd.Add(TRow.Load(input, i), TSimd.Load(bias + i));
            TVector magnitude = TSimd.Max(x, TSimd.Subtract(TSimd.Create(0), x));
            TVector bell = VectorExponential<TSimd, TVector>.Exp(TSimd.Multiply(TSimd.Multiply(x, x), TSimd.Create(-0.5f)));
            TVector tail = TSimd.Multiply(Tail<TSimd, TVector>(magnitude), bell);
            if (output is not null)
            {
                // max(x, 0) - |x| Φ(-|x|) on both sides of 0, without cancellation on the left.
                TRow.Store(TSimd.Subtract(TSimd.Max(TSimd.Create(0), x), TSimd.Multiply(magnitude, tail)), output, i);
            }

            if (gradient is not null)
            {
                TVector phi = TSimd.Add(TSimd.Create(0.5f), TSimd.CopySign(TSimd.Subtract(TSimd.Create(0.5f), tail), x));
                TVector slope = TSimd.MultiplyAdd(TSimd.Multiply(x, TSimd.Create(0.398942280f)), bell, phi);
                TVector result = TSimd.Multiply(TRow.Load(gradient, i), slope);
                TRow.Store(result, gradient, i);
                if (sum is not null)
                {
                    TSimd.Store(TSimd.Add(TSimd.Load(sum + i), result), sum + i);
                }
            }
        }
    }

    /// <summary>
    /// Φ(-x) e^(x²/2) for x at least 0: a polynomial in t = 1 / (1 + 0.325 x) without constant term, in the manner of Hastings (Abramowitz and Stegun, 7.1.26) but fitted for 1.1e-8 relatively, weighted by e^(-x²/4).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Tail<TSimd, TVector>(TVector x)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        TVector t = TSimd.Divide(TSimd.Create(1), TSimd.MultiplyAdd(x, TSimd.Create(0.325f), TSimd.Create(1)));
        TVector y = TSimd.MultiplyAdd(t, TSimd.Create(0.0460494645f), TSimd.Create(-0.232407302f));
        y = TSimd.MultiplyAdd(y, t, TSimd.Create(0.372149199f));
        y = TSimd.MultiplyAdd(y, t, TSimd.Create(-0.129391402f));
        y = TSimd.MultiplyAdd(y, t, TSimd.Create(0.200462237f));
        y = TSimd.MultiplyAdd(y, t, TSimd.Create(0.111907534f));
        y = TSimd.MultiplyAdd(y, t, TSimd.Create(0.131230280f));
        return TSimd.Multiply(y, t);
    }

    /// <summary>How the numbers of a row lie in memory.</summary>
    private interface IRow<TVector>
    {
        public static abstract TVector Load(void* row, int index);

        public static abstract void Store(TVector value, void* row, int index);
    }

    private readonly struct FloatRow<TSimd, TVector> : IRow<TVector>
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Load(void* row, int index) => TSimd.Load((float*)row + index);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(TVector value, void* row, int index) => TSimd.Store(value, (float*)row + index);
    }

    private readonly struct HalfRow<TSimd, TVector> : IRow<TVector>
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Load(void* row, int index) => TSimd.LoadHalf((ushort*)row + index);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(TVector value, void* row, int index) => TSimd.StoreHalf(value, (ushort*)row + index);
    }
}
