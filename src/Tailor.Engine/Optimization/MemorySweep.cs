using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tailor.Engine;

/// <summary>
/// One step's walk over the memory of parameters, gradients and state, in chunks that threads take as they become free.
/// What is summed, and in which order, is fixed by the parameters' shapes: the result does not depend on the number of threads.
/// </summary>
internal sealed unsafe class MemorySweep
{
    private const long ChunkElements = 1 << 16;

    private readonly List<Table> _tables = [];
    private readonly List<Chunk> _chunks = [];
    private double[] _sums = [];
    private float[] _zeros = [];

    /// <summary>Number of tables added.</summary>
    public int Count => _tables.Count;

    /// <summary>Forgets every table.</summary>
    public void Clear()
    {
        _tables.Clear();
        _chunks.Clear();
    }

    /// <summary>Adds a [rows, width] table with its gradient: dense (<paramref name="gradient"/>) or by rows (<paramref name="rowGradient"/>).</summary>
    public void Add(float* value, float* gradient, RowGradient? rowGradient, long rows, long width)
    {
        _tables.Add(new Table { Value = value, Gradient = gradient, RowGradient = rowGradient, Width = width });
        if (rowGradient is not null && _zeros.Length < width)
        {
            _zeros = GC.AllocateArray<float>(checked((int)width), pinned: true);
        }

        long step = Math.Max(1, ChunkElements / Math.Max(1, width));
        for (long row = 0; row < rows; row += step)
        {
            _chunks.Add(new Chunk(_tables.Count - 1, row, Math.Min(rows, row + step)));
        }
    }

    /// <summary>The sum of the squared gradients, in double. A row without a gradient adds nothing, so sparse and dense gradients give the same bits.</summary>
    public double SumOfSquares()
    {
        if (_sums.Length < _chunks.Count)
        {
            _sums = new double[_chunks.Count];
        }

        WorkerPool.For(_chunks.Count, index =>
        {
            var (tableIndex, first, last) = _chunks[index];
            var table = _tables[tableIndex];
            double sum = 0;
            for (long row = first; row < last; row++)
            {
                float* gradient = table.RowGradient is { } rows ? rows.Row(row) : table.Gradient + (row * table.Width);
                if (gradient != null)
                {
                    sum += SumOfSquares(gradient, table.Width);
                }
            }

            _sums[index] = sum;
        });
        double total = 0;
        foreach (double sum in _sums.AsSpan(0, _chunks.Count))
        {
            total += sum;
        }

        return total;
    }

    /// <summary>Sets how a table is updated, by the order of addition.</summary>
    public void Prepare(int index, UpdateRule rule, float* first, float* second, RowChoice rows)
    {
        var table = _tables[index];
        table.Rule = rule;
        table.First = first;
        table.Second = second;
        table.Rows = rows;
    }

    /// <summary>Updates every table.</summary>
    public void Update()
    {
        float* zeros = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_zeros));
        WorkerPool.For(_chunks.Count, index =>
        {
            var (tableIndex, first, last) = _chunks[index];
            var table = _tables[tableIndex];
            if (table.RowGradient is not { } rows)
            {
                Apply(table, first, table.Gradient + (first * table.Width), last - first);
                return;
            }

            var ever = rows.EverTouched;
            for (long row = first; row < last; row++)
            {
                float* gradient = rows.Row(row);
                if (gradient != null || table.Rows == RowChoice.All || (table.Rows == RowChoice.EverTouched && ever[(int)row] != 0))
                {
                    Apply(table, row, gradient != null ? gradient : zeros, 1);
                }
            }
        });
        GC.KeepAlive(_zeros);
    }

    private static void Apply(Table table, long row, float* gradient, long rows)
    {
        long offset = row * table.Width;
        table.Rule!.Apply(table.Value + offset, gradient, table.First == null ? null : table.First + offset, table.Second == null ? null : table.Second + offset, rows * table.Width);
    }

    private static double SumOfSquares(float* values, long count)
    {
        long i = 0;
        var low = Vector<double>.Zero;
        var high = Vector<double>.Zero;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(Vector.Load(values + i), out var a, out var b);
            low += a * a;
            high += b * b;
        }

        double sum = Vector.Sum(low + high);
        for (; i < count; i++)
        {
            sum += (double)values[i] * values[i];
        }

        return sum;
    }

    private readonly record struct Chunk(int Table, long First, long Last);

    private sealed class Table
    {
        public float* Value;
        public float* Gradient;
        public float* First;
        public float* Second;
        public long Width;
        public RowGradient? RowGradient;
        public RowChoice Rows;
        public UpdateRule? Rule;
    }
}

/// <summary>Which rows of a table with a <see cref="RowGradient"/> an update has to visit to be exact.</summary>
internal enum RowChoice
{
    /// <summary>Every row: weight decay moves rows without a gradient too.</summary>
    All,

    /// <summary>Rows that ever had a gradient: moments move the others by nothing.</summary>
    EverTouched,

    /// <summary>Rows with a gradient now: there is no state.</summary>
    TouchedNow,
}
