using System.Buffers.Binary;
using System.IO.Compression;
using Tailor.Foundation;

namespace Tailor.Imaging;

/// <summary>
/// Reads IDX files of unsigned bytes, as MNIST has them, gzipped or not: the magic bytes 0 0 8 and the number of dimensions, each dimension in 32 bits, big-endian, then the bytes.
/// Images have three dimensions (grey) or four, of which the last is 3 (colour); labels have one.
/// </summary>
public static class IdxFile
{
    private const byte UnsignedBytes = 8;
    private const int MaxDimensions = 4, Most = 1 << 30;

    // Deflate gives at most 1,032 bytes for one.
    private const long Densest = 1040;

    /// <summary>Reads images.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">It is missing, no such file, cut, longer or shorter than its header says, or its header claims more than it can hold or than a gibibyte.</exception>
    public static PixelBlock ReadImages(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        (int[] sizes, byte[] bytes) = Read(path);
        if (sizes.Length is not (3 or 4) || (sizes.Length == 4 && sizes[3] is not (1 or Picture.Channels)) || sizes[1] < 1 || sizes[2] < 1)
        {
            throw InputException.At(path, $"the dimensions {string.Join(" x ", sizes)}", "images have three (count, height, width), or four of which the last is 3 colours");
        }

        bool gray = sizes.Length == 3 || sizes[3] == 1;
        return new PixelBlock(path, bytes, 0, sizes[1] * sizes[2] * (gray ? 1 : Picture.Channels), sizes[0], sizes[1], sizes[2], gray ? PixelLayout.Gray : PixelLayout.Interleaved);
    }

    /// <summary>Reads labels.</summary>
    /// <param name="path">The file.</param>
    /// <returns>A class number for each image.</returns>
    /// <exception cref="InputException">It is missing, no such file, cut, or longer or shorter than its header says.</exception>
    public static byte[] ReadLabels(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        (int[] sizes, byte[] bytes) = Read(path);
        return sizes.Length == 1 ? bytes : throw InputException.At(path, $"the dimensions {string.Join(" x ", sizes)}", "labels have one dimension: give the file of labels here");
    }

    private static (int[] Sizes, byte[] Bytes) Read(string path)
    {
        using FileStream file = BoundedFile.Open(path);
        Span<byte> start = stackalloc byte[2];
        bool zipped = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start is [0x1F, 0x8B];
        file.Position = 0;
        try
        {
            if (!zipped)
            {
                return Read(path, file, file.Length);
            }

            using var unzipped = new GZipStream(file, CompressionMode.Decompress);
            return Read(path, unzipped, file.Length * Densest);
        }
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException)
        {
            throw new InputException($"{path}: the file was cut or is damaged{(zipped ? " (its gzip stream does not end)" : "")}; copy or download it again", fault);
        }
        catch (IOException fault)
        {
            throw new InputException($"{path}: cannot be read ({fault.Message}); check the disk and copy the file again", fault);
        }
    }

    /// <param name="path">The file, for messages.</param>
    /// <param name="stream">Its content.</param>
    /// <param name="atMost">More bytes than this the content cannot have.</param>
    private static (int[] Sizes, byte[] Bytes) Read(string path, Stream stream, long atMost)
    {
        Span<byte> header = stackalloc byte[4 + (MaxDimensions * sizeof(int))];
        stream.ReadExactly(header[..4]);
        if (header[0] != 0 || header[1] != 0 || header[2] != UnsignedBytes || header[3] is < 1 or > MaxDimensions)
        {
            throw InputException.At(path, $"it starts with the bytes {header[0]:X2} {header[1]:X2} {header[2]:X2} {header[3]:X2}", "an IDX file of bytes starts with 00 00 08 and the number of dimensions, 1 to 4");
        }

        uint[] sizes = new uint[header[3]];
        stream.ReadExactly(header.Slice(4, sizes.Length * sizeof(int)));
        UInt128 total = 1;
        for (int d = 0; d < sizes.Length; d++)
        {
            sizes[d] = BinaryPrimitives.ReadUInt32BigEndian(header[(4 + (d * sizeof(int)))..]);
            total *= sizes[d];
        }

        long room = Math.Max(0, atMost - 4 - (sizes.Length * sizeof(int)));
        if (total > (UInt128)Math.Min(room, Most) || Array.Exists(sizes, s => s > Most))
        {
            string remedy = total > (UInt128)Most ? $"at most {Most:N0} are read: split the file" : "the file is shorter: it was cut or its header is damaged; download it again";
            throw InputException.At(path, $"its header claims {string.Join(" x ", sizes)} = {total} bytes", remedy);
        }

        byte[] bytes = new byte[(int)total];
        stream.ReadExactly(bytes);
        if (stream.ReadByte() >= 0)
        {
            throw InputException.At(path, $"bytes follow the {bytes.Length:N0} of its header", "the header is damaged: download the file again");
        }

        return ([.. sizes.Select(s => (int)s)], bytes);
    }
}
