using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>Rows of float32 numbers that are written once and read often: in memory, or, where they are many, in a file mapped into it that goes when the store does.</summary>
public sealed unsafe class RowStore : IDisposable
{
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly int _width;
    private float* _rows;

    /// <summary>Takes the memory.</summary>
    /// <param name="rows">How many rows, at least 1.</param>
    /// <param name="width">Numbers a row, at least 1.</param>
    /// <param name="largestInMemory">Bytes above which a file is taken.</param>
    /// <exception cref="IOException">The file cannot be made, or the disk is full.</exception>
    public RowStore(long rows, int width, long largestInMemory = 1L << 30)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        (Rows, _width) = (rows, width);
        Bytes = checked(rows * width * sizeof(float));
        if (Bytes <= largestInMemory)
        {
            _rows = (float*)NativeMemory.Alloc((nuint)Bytes);
            return;
        }

        // Room is taken now: where a mapped page finds the disk full later, no exception is thrown, the process dies.
        var stream = new FileStream(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 1,
            Options = FileOptions.DeleteOnClose,
            PreallocationSize = Bytes,
        });
        _file = MemoryMappedFile.CreateFromFile(stream, mapName: null, Bytes, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor();
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _rows = (float*)(start + _view.PointerOffset);
    }

    /// <summary>The number of rows.</summary>
    public long Rows { get; }

    /// <summary>The size of all rows.</summary>
    public long Bytes { get; }

    /// <summary>Whether the rows lie in a file.</summary>
    public bool InFile => _file is not null;

    /// <summary>Writes rows.</summary>
    /// <param name="first">The first row's place.</param>
    /// <param name="rows">[count, width] of float32, on any device.</param>
    public void Write(long first, Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ObjectDisposedException.ThrowIf(_rows is null, this);
        long count = rows.shape[0];
        ArgumentOutOfRangeException.ThrowIfNotEqual(rows.shape[1], _width, nameof(rows));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)first + (ulong)count, (ulong)Rows, nameof(first));
        using Tensor plain = rows.detach().cpu().contiguous();
        Buffer.MemoryCopy(TensorMemory.Pointer<float>(plain), _rows + (first * _width), Bytes - (first * _width * sizeof(float)), count * _width * sizeof(float));
    }

    /// <summary>Reads ranges of rows, one after the other, into a new tensor on the CPU.</summary>
    /// <param name="ranges">First row and number of rows of each.</param>
    /// <returns>[sum of the numbers, width].</returns>
    public Tensor Read(IReadOnlyList<(long First, int Count)> ranges)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        ObjectDisposedException.ThrowIf(_rows is null, this);
        Tensor read = empty(ranges.Sum(range => (long)range.Count), _width);
        float* next = TensorMemory.Pointer<float>(read);
        foreach ((long first, int count) in ranges)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)first + (ulong)count, (ulong)Rows, nameof(ranges));
            long bytes = (long)count * _width * sizeof(float);
            Buffer.MemoryCopy(_rows + (first * _width), next, bytes, bytes);
            next += (long)count * _width;
        }

        GC.KeepAlive(read);
        return read;
    }

    /// <summary>Gives the memory, or the file, back.</summary>
    public void Dispose()
    {
        if (_rows is null)
        {
            return;
        }

        if (_view is null)
        {
            NativeMemory.Free(_rows);
        }
        else
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file!.Dispose();
        }

        _rows = null;
    }
}
