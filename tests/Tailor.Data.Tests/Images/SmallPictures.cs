using System.Buffers.Binary;
using System.IO.Compression;

namespace Tailor.Data.Tests;

/// <summary>Files of tiny pictures.</summary>
internal static class SmallPictures
{
    /// <summary>A BMP of one pixel.</summary>
    public static byte[] Bmp(int red, int green = 0, int blue = 0)
    {
        byte[] file = new byte[58];
        "BM"u8.CopyTo(file);
        (file[2], file[10], file[14], file[18], file[22], file[26], file[28]) = (58, 54, 40, 1, 1, 1, 24);
        (file[54], file[55], file[56]) = ((byte)blue, (byte)green, (byte)red);
        return file;
    }

    /// <summary>Writes a picture of one pixel, folders and all.</summary>
    public static void Add(this TemporaryFolder folder, string name, int red)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.File(name))!);
        folder.Write(name, Bmp(red));
    }

    /// <summary>A gzipped IDX file of bytes.</summary>
    public static byte[] Idx(int[] sizes, IEnumerable<byte> content)
    {
        byte[] header = new byte[4 + (sizes.Length * 4)];
        (header[2], header[3]) = (8, (byte)sizes.Length);
        for (int i = 0; i < sizes.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + (i * 4)), sizes[i]);
        }

        using var stream = new MemoryStream();
        using (var zip = new GZipStream(stream, CompressionLevel.Fastest))
        {
            zip.Write([.. header, .. content]);
        }

        return stream.ToArray();
    }

    /// <summary>A record of CIFAR-10, of one grey.</summary>
    public static IEnumerable<byte> Cifar(int label, int gray) => [(byte)label, .. Enumerable.Repeat((byte)gray, 3072)];
}
