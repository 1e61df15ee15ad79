using System.IO.MemoryMappedFiles;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>
/// A safetensors file, mapped into memory and checked when it is opened (https://github.com/huggingface/safetensors, format section). Reading is safe from several threads.
/// The file must not be shortened while it is open.
/// </summary>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private const int Chunk = 1 << 30;
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly SafetensorsHeader _header;
    private readonly byte* _data;
    private bool _disposed;

    private SafetensorsFile(string path, MemoryMappedFile map, MemoryMappedViewAccessor view, byte* start, long length)
    {
        (Path, _map, _view) = (path, map, view);
        int header = SafetensorsHeader.Length(path, new ReadOnlySpan<byte>(start, (int)Math.Min(length, 64)), length);
        _header = SafetensorsHeader.Parse(path, new ReadOnlySpan<byte>(start + SafetensorsHeader.PrefixSize, header), length - SafetensorsHeader.PrefixSize - header);
        _data = start + SafetensorsHeader.PrefixSize + header;
    }

    /// <summary>The file, as it was named.</summary>
    public string Path { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => _header.Entries;

    /// <summary>The file's metadata; empty when it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens a file and checks its whole header.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">The file is missing, cannot be read, is cut short or has a header that is not as it should be; the message names the tensor, what was found and expected.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        FileStream stream = OpenStream(path);
        long length = stream.Length;
        if (length == 0)
        {
            stream.Dispose();
            throw InputException.At(path, "the file is empty", "a safetensors file is expected; download or copy it again");
        }

        MemoryMappedFile map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        MemoryMappedViewAccessor? view = null;
        byte* start = null;
        try
        {
            view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
            return new SafetensorsFile(path, map, view, start, length);
        }
        catch
        {
            Release(map, view, start != null);
            throw;
        }
    }

    /// <summary>Reads a tensor into new memory on the CPU.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="convertTo">The type wanted; the file's own when null.</param>
    /// <returns>A contiguous tensor of the entry's shape, the caller's to dispose.</returns>
    /// <exception cref="InputException">The file has no such tensor (the nearest name is suggested), or a BOOL holds something else than 0 and 1.</exception>
    public Tensor Read(string name, ScalarType? convertTo = null)
    {
        SafetensorsEntry entry = Entry(name);
        if (entry.Type == SafetensorsType.Bool && !IsBoolean(entry))
        {
            throw InputException.At(Path, "a BOOL tensor holds bytes other than 0 and 1", "the file is damaged; download or copy it again", field: SafetensorsHeader.TensorName(name));
        }

        Tensor tensor = empty(entry.Shape.ToArray(), dtype: entry.Type.Scalar(), device: CPU);
        CopyTo(tensor, entry);
        if (convertTo is not { } type || type == tensor.dtype)
        {
            return tensor;
        }

        using (tensor)
        {
            return tensor.to_type(type);
        }
    }

    /// <summary>A tensor's bytes in the file, valid until the file is disposed.</summary>
    /// <param name="name">The name of a tensor below 2 GiB.</param>
    /// <exception cref="InputException">The file has no such tensor.</exception>
    /// <exception cref="NotSupportedException">The tensor has 2 GiB or more.</exception>
    public ReadOnlySpan<byte> Bytes(string name)
    {
        SafetensorsEntry entry = Entry(name);
        return entry.End - entry.Start <= int.MaxValue
            ? new ReadOnlySpan<byte>(_data + entry.Start, (int)(entry.End - entry.Start))
            : throw new NotSupportedException($"{Path}: {SafetensorsHeader.TensorName(name)} has {entry.End - entry.Start} bytes, more than a span holds; use Read.");
    }

    /// <summary>Whether a floating-point tensor holds NaN or an infinity; never true of whole numbers.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="InputException">The file has no such tensor.</exception>
    public bool HasNonFinite(string name)
    {
        SafetensorsEntry entry = Entry(name);
        for (long start = entry.Start; start < entry.End; start += Chunk)
        {
            if (NonFinite.Contains(new ReadOnlySpan<byte>(_data + start, (int)Math.Min(Chunk, entry.End - start)), entry.Type))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Unmaps the file. Tensors that were read stay; spans do not.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            Release(_map, _view, acquired: true);
        }
    }

    /// <summary>The entry of a name.</summary>
    /// <exception cref="InputException">The file has no such tensor.</exception>
    internal SafetensorsEntry Entry(string name)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(name);
        return Entries.TryGetValue(name, out SafetensorsEntry? entry)
            ? entry
            : throw InputException.At(Path, $"{SafetensorsHeader.TensorName(name)} is not among its {Entries.Count} tensors{NearestName.Hint(name, Entries.Keys)}", "use a checkpoint that has it");
    }

    private static FileStream OpenStream(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{path}: no such file; a safetensors file is expected, check the path", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read ({fault.Message}); a readable safetensors file is expected", fault);
        }
    }

    private static void Release(MemoryMappedFile map, MemoryMappedViewAccessor? view, bool acquired)
    {
        if (acquired)
        {
            view!.SafeMemoryMappedViewHandle.ReleasePointer();
        }

        view?.Dispose();
        map.Dispose();
    }

    private bool IsBoolean(SafetensorsEntry entry)
    {
        for (long start = entry.Start; start < entry.End; start += Chunk)
        {
            if (new ReadOnlySpan<byte>(_data + start, (int)Math.Min(Chunk, entry.End - start)).ContainsAnyExceptInRange((byte)0, (byte)1))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Copies in pieces: a tensor's bytes are a span, and a span ends at 2 GiB.</summary>
    private void CopyTo(Tensor tensor, SafetensorsEntry entry)
    {
        int size = entry.Type.Size();
        using Tensor flat = tensor.view(-1);
        for (long start = entry.Start; start < entry.End; start += Chunk)
        {
            int length = (int)Math.Min(Chunk, entry.End - start);
            using Tensor piece = flat.narrow(0, (start - entry.Start) / size, length / size);
            new ReadOnlySpan<byte>(_data + start, length).CopyTo(piece.bytes);
        }
    }
}
