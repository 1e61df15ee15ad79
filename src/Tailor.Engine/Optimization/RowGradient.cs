using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>
/// Sparse gradient of a [rows, width] table: the rows touched since the last step with their summed gradients, and the rows ever touched.
/// </summary>
/// <remarks>
/// A row never touched has zero gradient and zero moments, so an optimizer without weight decay may skip it exactly.
/// Sums are taken in the order of the calls and of the ids within a call, whatever the number of threads.
/// </remarks>
public sealed class RowGradient
{
    // Threads share a call by columns: 256 bytes of every row each.
    private const int ColumnBlock = 64;

    private readonly int[] _slotOf;
    private readonly byte[] _ever;
    private long[] _touched = [];
    private float[] _sums = [];
    private int _touchedCount;

    /// <summary>Makes an empty gradient of a table.</summary>
    /// <param name="rows">Rows of the table.</param>
    /// <param name="width">Columns of the table.</param>
    public RowGradient(long rows, long width)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(width);
        RowCount = rows;
        Width = checked((int)width);
        _slotOf = new int[rows];
        Array.Fill(_slotOf, -1);
        _ever = new byte[rows];
    }

    /// <summary>Rows of the table.</summary>
    public long RowCount { get; }

    /// <summary>Columns of the table.</summary>
    public int Width { get; }

    /// <summary>Rows with a gradient since the last <see cref="Clear"/>, each once, in the order they were first seen.</summary>
    public ReadOnlySpan<long> TouchedThisStep => _touched.AsSpan(0, _touchedCount);

    /// <summary>One byte a row: 1 when the row ever had a gradient, else 0. Part of a checkpoint.</summary>
    public ReadOnlySpan<byte> EverTouched => _ever;

    /// <summary>The summed gradient of a row, <see cref="Width"/> values; empty when the row is not touched this step.</summary>
    /// <param name="row">Row of the table.</param>
    public ReadOnlySpan<float> this[long row] => _slotOf[row] < 0 ? [] : _sums.AsSpan(_slotOf[row] * Width, Width);

    /// <summary>Adds gradients of looked-up rows.</summary>
    /// <param name="ids">Rows of the table; a row may occur several times.</param>
    /// <param name="gradient">Their gradients, float32 [n, width] on the CPU.</param>
    /// <exception cref="ArgumentException">The shape or type does not fit, or an id is outside the table; nothing has been added then.</exception>
    public unsafe void Accumulate(ReadOnlySpan<long> ids, Tensor gradient)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        if (gradient.dtype != ScalarType.Float32 || gradient.device_type != DeviceType.CPU || gradient.dim() != 2
            || gradient.shape[0] != ids.Length || gradient.shape[1] != Width)
        {
            throw new ArgumentException($"Expected a float32 CPU gradient [{ids.Length}, {Width}], got {gradient.dtype} [{string.Join(", ", gradient.shape)}].", nameof(gradient));
        }

        int[] slots = Reserve(ids);
        using var dense = gradient.contiguous();
        float* source = TensorMemory.Pointer<float>(dense);
        float* target = Pointer(_sums);
        WorkerPool.For((Width + ColumnBlock - 1) / ColumnBlock, block =>
        {
            int first = block * ColumnBlock;
            int count = Math.Min(ColumnBlock, Width - first);
            for (int i = 0; i < slots.Length; i++)
            {
                Add(target + ((long)slots[i] * Width) + first, source + ((long)i * Width) + first, count);
            }
        });
        GC.KeepAlive(_sums);
    }

    /// <summary>Forgets this step's gradients; <see cref="EverTouched"/> stays.</summary>
    public void Clear()
    {
        foreach (long row in TouchedThisStep)
        {
            _slotOf[row] = -1;
        }

        _touchedCount = 0;
    }

    /// <summary>Adds this step's rows to a dense gradient of the table.</summary>
    internal unsafe void AddTo(Tensor dense)
    {
        float* target = TensorMemory.Pointer<float>(dense);
        foreach (long row in TouchedThisStep)
        {
            Add(target + (row * Width), Row(row), Width);
        }
    }

    /// <summary>The summed gradient of a row, or null; valid until the next <see cref="Accumulate"/>.</summary>
    internal unsafe float* Row(long row) => _slotOf[row] < 0 ? null : Pointer(_sums) + ((long)_slotOf[row] * Width);

    /// <summary>Counts every row as touched: a dense gradient reached the table, or its history is unknown.</summary>
    internal void MarkAllTouched() => _ever.AsSpan().Fill(1);

    /// <summary>Replaces <see cref="EverTouched"/>, as read from a checkpoint.</summary>
    internal void RestoreTouched(ReadOnlySpan<byte> rows) => rows.CopyTo(_ever);

    // The array is pinned, so the address holds while the array lives.
    private static unsafe float* Pointer(float[] pinned) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));

    private static unsafe void Add(float* target, float* source, int count)
    {
        int i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Store(Vector.Load(target + i) + Vector.Load(source + i), target + i);
        }

        for (; i < count; i++)
        {
            target[i] += source[i];
        }
    }

    // The slots of the ids, new rows zeroed.
    private int[] Reserve(ReadOnlySpan<long> ids)
    {
        foreach (long id in ids)
        {
            if ((ulong)id >= (ulong)RowCount)
            {
                throw new ArgumentOutOfRangeException(nameof(ids), id, $"The table has {RowCount} rows.");
            }
        }

        int[] slots = new int[ids.Length];
        for (int i = 0; i < slots.Length; i++)
        {
            long id = ids[i];
            if (_slotOf[id] < 0)
            {
                Grow();
                _sums.AsSpan(_touchedCount * Width, Width).Clear();
                _slotOf[id] = _touchedCount;
                _touched[_touchedCount++] = id;
                _ever[id] = 1;
            }

            slots[i] = _slotOf[id];
        }

        return slots;
    }

    private void Grow()
    {
        if (_touchedCount < _touched.Length)
        {
            return;
        }

        int capacity = (int)Math.Min(RowCount, Math.Max(64, 2L * _touched.Length));
        Array.Resize(ref _touched, capacity);
        float[] sums = GC.AllocateUninitializedArray<float>(checked(capacity * Width), pinned: true);
        _sums.AsSpan(0, _touchedCount * Width).CopyTo(sums);
        _sums = sums;
    }
}
