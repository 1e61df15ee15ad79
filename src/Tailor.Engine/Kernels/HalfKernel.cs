using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tailor.Engine;

/// <summary>The casts around a product of bfloat16, each in one pass over memory with what belongs to it: the bias that is added to the result, and the bias's gradient.</summary>
internal static unsafe class HalfKernel
{
    /// <summary>Columns are a multiple of this: the widest vector, so that no row leaves a rest.</summary>
    public const int ColumnBlock = 16;

    private const int RowsPerTask = 32;

    /// <summary>result = product + bias in float32.</summary>
    /// <param name="product">[rows, columns] of bfloat16.</param>
    /// <param name="bias">[columns], or null for none.</param>
    /// <param name="result">[rows, columns].</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="columns">How many columns, a multiple of <see cref="ColumnBlock"/>.</param>
    public static void Widen(ushort* product, float* bias, float* result, int rows, int columns) => ForRows(rows, (_, row) =>
    {
        long at = (long)row * columns;
        switch (SimdChoice.Bits)
        {
            case 512:
                WidenRow<Simd512, Vector512<float>>(product + at, bias, result + at, columns);
                break;
            case 256:
                WidenRow<Simd256, Vector256<float>>(product + at, bias, result + at, columns);
                break;
            default:
                WidenRow<Simd128, Vector128<float>>(product + at, bias, result + at, columns);
                break;
        }
    });

    /// <summary>Rounds to the nearest bfloat16, ties to even, and sums the rows as they were before.</summary>
    /// <param name="source">[rows, columns].</param>
    /// <param name="result">[rows, columns] of bfloat16.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="columns">How many columns, a multiple of <see cref="ColumnBlock"/>.</param>
    /// <param name="sums">[columns] for the sum of each column, or null where it is not needed.</param>
    public static void Round(float* source, ushort* result, int rows, int columns, float* sums)
    {
        int tasks = Tasks(rows);
        float* memory = sums is null ? null : TaskSums.Memory(tasks, columns);
        ForRows(rows, (task, row) =>
        {
            long at = (long)row * columns;
            float* sum = memory is null ? null : row % RowsPerTask == 0 ? TaskSums.Begin(memory, task, columns) : memory + ((long)task * columns);
            switch (SimdChoice.Bits)
            {
                case 512:
                    RoundRow<Simd512, Vector512<float>>(source + at, result + at, sum, columns);
                    break;
                case 256:
                    RoundRow<Simd256, Vector256<float>>(source + at, result + at, sum, columns);
                    break;
                default:
                    RoundRow<Simd128, Vector128<float>>(source + at, result + at, sum, columns);
                    break;
            }
        });
        if (sums is not null)
        {
            TaskSums.End(memory, tasks, columns, sums);
        }
    }

    private static int Tasks(int rows) => (rows + RowsPerTask - 1) / RowsPerTask;

    private static void ForRows(int rows, Action<int, int> body) => WorkerPool.For(Tasks(rows), task =>
    {
        for (int row = task * RowsPerTask; row < Math.Min(rows, (task + 1) * RowsPerTask); row++)
        {
            body(task, row);
        }
    });

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WidenRow<TSimd, TVector>(ushort* product, float* bias, float* result, int columns)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        for (int i = 0; i < columns; i += TSimd.Width)
        {
            TVector x = TSimd.LoadHalf(product + i);
            TSimd.Store(bias is null ? x : TSimd.Add(x, TSimd.Load(bias + i)), result + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RoundRow<TSimd, TVector>(float* source, ushort* result, float* sum, int columns)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        for (int i = 0; i < columns; i += TSimd.Width)
        {
            TVector x = TSimd.Load(source + i);
            TSimd.StoreHalf(x, result + i);
            if (sum is not null)
            {
                TSimd.Store(TSimd.Add(TSimd.Load(sum + i), x), sum + i);
            }
        }
    }
}
