using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tailor.Data;

/// <summary>Hashes with numbers in a temporary file, in parts by the hashes' highest bits; each part keeps its order. The file goes with the process, however it ends.</summary>
internal sealed class HashFile : IDisposable
{
    /// <summary>The number of parts.</summary>
    public const int Parts = 256;

    private const int Shift = 128 - 8;
    private const int BlockEntries = 512;
    private static readonly int BlockBytes = BlockEntries * Marshal.SizeOf<HashEntry>();
    private readonly SafeFileHandle _file;

    /// <summary>The last entries of each part, not written yet.</summary>
    private readonly HashEntry[][] _open = new HashEntry[Parts][];
    private readonly int[] _openCount = new int[Parts];

    /// <summary>The blocks of each part that are written, by their number in the file.</summary>
    private readonly List<int>[] _blocks = new List<int>[Parts];
    private int _written;

    /// <summary>Makes the file, empty.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public HashFile()
    {
        for (int i = 0; i < Parts; i++)
        {
            (_open[i], _blocks[i]) = (new HashEntry[BlockEntries], []);
        }

        string path = Path.Combine(Path.GetTempPath(), $"tailor-{Guid.NewGuid():N}");
        _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
        if (!OperatingSystem.IsWindows())
        {
            // An open file lives on without its name.
            File.Delete(path);
        }
    }

    /// <summary>Appends a hash.</summary>
    /// <exception cref="IOException">There is no room for it.</exception>
    public void Add(UInt128 hash, int number)
    {
        int part = (int)(hash >> Shift);
        HashEntry[] open = _open[part];
        open[_openCount[part]++] = new HashEntry(hash, number);
        if (_openCount[part] == open.Length)
        {
            RandomAccess.Write(_file, MemoryMarshal.AsBytes(open.AsSpan()), (long)_written * BlockBytes);
            _blocks[part].Add(_written++);
            _openCount[part] = 0;
        }
    }

    /// <summary>What a part holds, in the order in which it was appended; several threads may read, each its own part, once nothing is appended any more.</summary>
    /// <param name="part">The part, from 0 and below <see cref="Parts"/>.</param>
    /// <param name="entries">Where to; made larger when it is too small.</param>
    /// <returns>How many.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public int Read(int part, ref HashEntry[] entries)
    {
        List<int> blocks = _blocks[part];
        int count = (blocks.Count * BlockEntries) + _openCount[part];
        if (entries.Length < count)
        {
            entries = new HashEntry[count + (count / 8)];
        }

        for (int i = 0; i < blocks.Count; i++)
        {
            Span<byte> target = MemoryMarshal.AsBytes(entries.AsSpan(i * BlockEntries, BlockEntries));
            for (int read = 0; read < target.Length;)
            {
                int some = RandomAccess.Read(_file, target[read..], ((long)blocks[i] * BlockBytes) + read);
                read += some > 0 ? some : throw new EndOfStreamException("A temporary file was cut while it was in use.");
            }
        }

        _open[part].AsSpan(0, _openCount[part]).CopyTo(entries.AsSpan(blocks.Count * BlockEntries));
        return count;
    }

    /// <summary>Removes the file.</summary>
    public void Dispose() => _file.Dispose();
}

/// <summary>A hash and its number, 20 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly struct HashEntry(UInt128 hash, int number)
{
    private readonly ulong _high = (ulong)(hash >> 64);
    private readonly ulong _low = (ulong)hash;

    /// <summary>The number.</summary>
    public int Number { get; } = number;

    /// <summary>The hash.</summary>
    public UInt128 Hash => new(_high, _low);
}
