using System.Buffers.Binary;
using System.IO.Compression;
using Tailor.Foundation;

namespace Tailor.Imaging;

/// <summary>Writes gzipped IDX files that <see cref="IdxFile"/> reads back. A file appears under its name only when it is complete.</summary>
public static class IdxWriter
{
    private const byte UnsignedBytes = 8;

    /// <summary>Writes pictures of one size: grey ones as count x height x width, others as count x height x width x 3.</summary>
    /// <param name="path">The file.</param>
    /// <param name="pictures">The pictures in order, at least one.</param>
    /// <exception cref="InputException">Two pictures have different sizes.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteImages(string path, IReadOnlyList<BlockImageSource> pictures)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        ArgumentOutOfRangeException.ThrowIfZero(pictures.Count, nameof(pictures));
        PixelBlock first = pictures[0].Block;
        if (pictures.FirstOrDefault(p => p.Block.Height != first.Height || p.Block.Width != first.Width) is { } other)
        {
            throw InputException.At(other.Name, $"{other.Block.Width} x {other.Block.Height} pixels beside {first.Width} x {first.Height}", "an IDX file holds pictures of one size");
        }

        bool gray = pictures.All(p => p.Block.Layout == PixelLayout.Gray);
        Write(path, gray ? [pictures.Count, first.Height, first.Width] : [pictures.Count, first.Height, first.Width, Picture.Channels], stream =>
        {
            foreach (BlockImageSource picture in pictures)
            {
                stream.Write(gray ? picture.Block.Bytes(picture.Index) : picture.Block.Decode(picture.Index).Pixels);
            }
        });
    }

    /// <summary>Writes class numbers.</summary>
    /// <param name="path">The file.</param>
    /// <param name="labels">The class of each picture.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteLabels(string path, ReadOnlyMemory<byte> labels) => Write(path, [labels.Length], stream => stream.Write(labels.Span));

    private static void Write(string path, int[] sizes, Action<Stream> content)
    {
        ArgumentNullException.ThrowIfNull(path);
        AtomicFile.Write(path, file =>
        {
            using var zipped = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true);
            zipped.Write([0, 0, UnsignedBytes, (byte)sizes.Length]);
            Span<byte> size = stackalloc byte[sizeof(int)];
            foreach (int n in sizes)
            {
                BinaryPrimitives.WriteInt32BigEndian(size, n);
                zipped.Write(size);
            }

            content(zipped);
        });
    }
}
