using System.Runtime.InteropServices;

namespace Tailor.Data;

/// <summary>Hashes with numbers in temporary files, by the hashes' highest bits; each file keeps its order. They go with the process, however it ends.</summary>
internal sealed class HashFiles : IDisposable
{
    private const int Files = 64;
    private const int Shift = 128 - 6;
    private const int BufferSize = 1 << 15;
    private readonly FileStream[] _files = new FileStream[Files];

    /// <summary>Makes the files, empty.</summary>
    public HashFiles()
    {
        try
        {
            for (int i = 0; i < Files; i++)
            {
                string path = Path.Combine(Path.GetTempPath(), $"tailor-{Guid.NewGuid():N}");
                _files[i] = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, BufferSize, FileOptions.DeleteOnClose);
                if (!OperatingSystem.IsWindows())
                {
                    // An open file lives on without its name.
                    File.Delete(path);
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Appends a hash.</summary>
    public void Add(UInt128 hash, int number)
    {
        var entry = new Entry(hash, number);
        _files[(int)(hash >> Shift)].Write(MemoryMarshal.AsBytes(new ReadOnlySpan<Entry>(ref entry)));
    }

    /// <summary>What each file holds, in the order in which it was appended.</summary>
    public IEnumerable<IEnumerable<(UInt128 Hash, int Number)>> Read() => _files.Select(Entries);

    /// <summary>Removes the files.</summary>
    public void Dispose()
    {
        foreach (FileStream? file in _files)
        {
            file?.Dispose();
        }
    }

    private static IEnumerable<(UInt128 Hash, int Number)> Entries(FileStream file)
    {
        file.Position = 0;
        var block = new Entry[BufferSize / Marshal.SizeOf<Entry>()];
        while (file.ReadAtLeast(MemoryMarshal.AsBytes(block.AsSpan()), Marshal.SizeOf<Entry>() * block.Length, throwOnEndOfStream: false) is > 0 and var read)
        {
            for (int i = 0; i < read / Marshal.SizeOf<Entry>(); i++)
            {
                yield return (new UInt128(block[i].High, block[i].Low), block[i].Number);
            }
        }
    }

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private readonly struct Entry(UInt128 hash, int number)
    {
        public readonly ulong High = (ulong)(hash >> 64);
        public readonly ulong Low = (ulong)hash;
        public readonly int Number = number;
    }
}
