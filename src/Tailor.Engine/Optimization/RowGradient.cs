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
    private readonly int[] slotOf;
    private readonly byte[] ever;
    private long[] touched = [];
    private float[] sums = [];
    private int touchedCount;

    /// <summary>Makes an empty gradient of a table.</summary>
    /// <param name="rows">Rows of the table.</param>
    /// <param name="width">Columns of the table.</param>
    public RowGradient(long rows, long width)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        RowCount = rows;
        Width = checked((int)width);
        slotOf = new int[rows];
        Array.Fill(slotOf, -1);
        ever = new byte[rows];
    }

    /// <summary>Rows of the table.</summary>
    public long RowCount { get; }

    /// <summary>Columns of the table.</summary>
    public int Width { get; }

    /// <summary>Rows with a gradient since the last <see cref="Clear"/>, each once, in the order they were first seen.</summary>
    public ReadOnlySpan<long> TouchedThisStep => touched.AsSpan(0, touchedCount);

    /// <summary>One byte a row: 1 when the row ever had a gradient, else 0. Part of a checkpoint.</summary>
    public ReadOnlySpan<byte> EverTouched => ever;

    /// <summary>The summed gradient of a row, <see cref="Width"/> values; empty when the row is not touched this step.</summary>
    /// <param name="row">Row of the table.</param>
    public ReadOnlySpan<float> this[long row] => slotOf[row] < 0 ? [] : sums.AsSpan(slotOf[row] * Width, Width);

    /// <summary>Adds gradients of looked-up rows.</summary>
    /// <param name="ids">Rows of the table; a row may occur several times.</param>
    /// <param name="gradient">Their gradients, float32 [n, width] on the CPU.</param>
    /// <exception cref="ArgumentException">The shape or type does not fit.</exception>
    public void Accumulate(ReadOnlySpan<long> ids, Tensor gradient)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        if (gradient.dtype != ScalarType.Float32 || gradient.device_type != DeviceType.CPU || gradient.dim() != 2
            || gradient.shape[0] != ids.Length || gradient.shape[1] != Width)
        {
            throw new ArgumentException($"Expected a float32 CPU gradient [{ids.Length}, {Width}], got {gradient.dtype} [{string.Join(", ", gradient.shape)}].", nameof(gradient));
        }

        Reserve(ids);
        using var dense = gradient.contiguous();
        var values = dense.data<float>();
        int position = 0;
        foreach (long id in ids)
        {
            var sum = sums.AsSpan(slotOf[id] * Width, Width);
            for (int column = 0; column < Width; column++)
            {
                sum[column] += values[((long)position * Width) + column];
            }

            position++;
        }
    }

    /// <summary>Forgets this step's gradients; <see cref="EverTouched"/> stays.</summary>
    public void Clear()
    {
        foreach (long row in TouchedThisStep)
        {
            slotOf[row] = -1;
        }

        touchedCount = 0;
    }

    // Gives every new row a zeroed slot.
    private void Reserve(ReadOnlySpan<long> ids)
    {
        foreach (long id in ids)
        {
            if (slotOf[id] >= 0)
            {
                continue;
            }

            if (touchedCount == touched.Length)
            {
                int capacity = (int)Math.Min(RowCount, Math.Max(64, 2 * touched.Length));
                Array.Resize(ref touched, capacity);
                Array.Resize(ref sums, capacity * Width);
            }

            sums.AsSpan(touchedCount * Width, Width).Clear();
            slotOf[id] = touchedCount;
            touched[touchedCount++] = id;
            ever[id] = 1;
        }
    }
}
