namespace Tailor.Imaging;

/// <summary>A decoded picture: 8-bit red, green and blue.</summary>
public sealed class Picture
{
    /// <summary>Wraps pixels; the array is kept, not copied.</summary>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="width">Columns, at least 1.</param>
    /// <param name="pixels">[height, width, 3] bytes: red, green, blue, row by row.</param>
    /// <exception cref="ArgumentException">The array's length is not height x width x 3.</exception>
    public Picture(int height, int width, byte[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.LongLength != (long)height * width * Channels)
        {
            throw new ArgumentException($"{pixels.Length} bytes for {width} x {height} pixels of {Channels}.", nameof(pixels));
        }

        (Height, Width, Pixels) = (height, width, pixels);
    }

    /// <summary>Bytes a pixel.</summary>
    public const int Channels = 3;

    /// <summary>The number of rows.</summary>
    public int Height { get; }

    /// <summary>The number of columns.</summary>
    public int Width { get; }

    /// <summary>[<see cref="Height"/>, <see cref="Width"/>, 3] bytes.</summary>
    public byte[] Pixels { get; }

    /// <summary>A black picture.</summary>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="width">Columns, at least 1.</param>
    public static Picture Black(int height, int width) => new(height, width, new byte[checked(height * width * Channels)]);

    /// <summary>Cuts out a part; what lies outside of the picture is black.</summary>
    /// <param name="area">The part, which may reach beyond the picture.</param>
    public Picture Crop(PixelArea area)
    {
        Picture part = Black(area.Height, area.Width);
        int left = Math.Max(area.Left, 0), right = Math.Min(area.Left + area.Width, Width);
        for (int y = Math.Max(area.Top, 0); right > left && y < Math.Min(area.Top + area.Height, Height); y++)
        {
            Row(y).Slice(left * Channels, (right - left) * Channels).CopyTo(part.Row(y - area.Top)[((left - area.Left) * Channels)..]);
        }

        return part;
    }

    /// <summary>The picture as a mirror on its left or right side shows it.</summary>
    public Picture Flip()
    {
        Picture flipped = Black(Height, Width);
        for (int y = 0; y < Height; y++)
        {
            ReadOnlySpan<byte> from = Row(y);
            Span<byte> to = flipped.Row(y);
            for (int i = 0, j = to.Length - Channels; j >= 0; i += Channels, j -= Channels)
            {
                (to[j], to[j + 1], to[j + 2]) = (from[i], from[i + 1], from[i + 2]);
            }
        }

        return flipped;
    }

    /// <summary>The bytes of one row.</summary>
    internal Span<byte> Row(int y) => Pixels.AsSpan(y * Width * Channels, Width * Channels);
}
