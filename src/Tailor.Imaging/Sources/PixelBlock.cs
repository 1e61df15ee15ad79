namespace Tailor.Imaging;

/// <summary>Pictures of one size, one after the other in memory, with a class number each: what an IDX or CIFAR file holds.</summary>
public sealed class PixelBlock
{
    private readonly byte[] _bytes;
    private readonly int _offset;
    private readonly int _stride;

    /// <summary>Wraps the bytes of a file.</summary>
    /// <param name="name">The file, for messages.</param>
    /// <param name="bytes">The bytes, kept and not copied.</param>
    /// <param name="offset">Where the first picture starts.</param>
    /// <param name="stride">Bytes from picture to picture.</param>
    /// <param name="count">The number of pictures.</param>
    /// <param name="height">Rows of each.</param>
    /// <param name="width">Columns of each.</param>
    /// <param name="layout">How a picture's bytes follow one another.</param>
    internal PixelBlock(string name, byte[] bytes, int offset, int stride, int count, int height, int width, PixelLayout layout)
    {
        (Name, _bytes, _offset, _stride, Count, Height, Width, Layout) = (name, bytes, offset, stride, count, height, width, layout);
        PictureLength = height * width * (layout == PixelLayout.Gray ? 1 : Picture.Channels);
    }

    /// <summary>The file.</summary>
    public string Name { get; }

    /// <summary>The number of pictures.</summary>
    public int Count { get; }

    /// <summary>The rows of each picture.</summary>
    public int Height { get; }

    /// <summary>The columns of each picture.</summary>
    public int Width { get; }

    /// <summary>How a picture's bytes follow one another.</summary>
    public PixelLayout Layout { get; }

    /// <summary>The bytes of one picture.</summary>
    public int PictureLength { get; }

    /// <summary>A reference to one picture.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    public BlockImageSource this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            return new BlockImageSource(this, index);
        }
    }

    /// <summary>The bytes of one picture as they are stored.</summary>
    internal ReadOnlySpan<byte> Bytes(int index) => _bytes.AsSpan(_offset + (index * _stride), PictureLength);

    /// <summary>One picture.</summary>
    internal Picture Decode(int index)
    {
        ReadOnlySpan<byte> bytes = Bytes(index);
        byte[] pixels = new byte[Height * Width * Picture.Channels];
        int plane = Height * Width;
        switch (Layout)
        {
            case PixelLayout.Interleaved:
                bytes.CopyTo(pixels);
                break;
            case PixelLayout.Gray:
                for (int i = 0; i < plane; i++)
                {
                    pixels.AsSpan(i * Picture.Channels, Picture.Channels).Fill(bytes[i]);
                }

                break;
            default:
                for (int i = 0; i < plane; i++)
                {
                    (pixels[i * Picture.Channels], pixels[(i * Picture.Channels) + 1], pixels[(i * Picture.Channels) + 2]) = (bytes[i], bytes[plane + i], bytes[(2 * plane) + i]);
                }

                break;
        }

        return new Picture(Height, Width, pixels);
    }
}
