using System.Buffers;

namespace Tailor.Imaging;

/// <summary>
/// Resizes pictures byte for byte as Pillow 13 does: two passes over 8-bit pixels with 22-bit fixed-point weights, rounded to bytes between the passes, the vertical pass first where the height is reduced
/// more than the width. Weights are widened by the reduction, so every old pixel counts (what torchvision calls antialias).
/// </summary>
public static class Resampler
{
    /// <summary>Room behind a row for vectors to read and to write into.</summary>
    internal const int Slack = 32;

    /// <summary>Resizes a picture.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="height">The new number of rows, at least 1.</param>
    /// <param name="width">The new number of columns, at least 1.</param>
    /// <param name="filter">The filter.</param>
    /// <returns>A new picture, or the same one when the size is already right.</returns>
    public static Picture Resize(Picture picture, int height, int width, ResampleFilter filter)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return Resize(picture, PixelArea.Of(picture), height, width, filter, PixelSimd.Bits);
    }

    /// <summary>Cuts out a part and resizes it.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="area">The part; it lies within the picture.</param>
    /// <param name="height">The new number of rows, at least 1.</param>
    /// <param name="width">The new number of columns, at least 1.</param>
    /// <param name="filter">The filter.</param>
    /// <exception cref="ArgumentException">The part reaches beyond the picture.</exception>
    public static Picture Resize(Picture picture, PixelArea area, int height, int width, ResampleFilter filter) => Resize(picture, area, height, width, filter, PixelSimd.Bits);

    /// <summary>The same with a given width of vectors: 256, 128, or 0 for plain code.</summary>
    internal static Picture Resize(Picture picture, PixelArea area, int height, int width, ResampleFilter filter, int bits)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (area.Top < 0 || area.Left < 0 || area.Height < 1 || area.Width < 1 || area.Top > picture.Height - area.Height || area.Left > picture.Width - area.Width)
        {
            throw new ArgumentException($"The part {area} reaches beyond {picture.Width} x {picture.Height} pixels.", nameof(area));
        }

        if (area.Height == height && area.Width == width)
        {
            return area == PixelArea.Of(picture) ? picture : picture.Crop(area);
        }

        var source = new Plane(picture.Pixels, ((area.Top * picture.Width) + area.Left) * Picture.Channels, picture.Width * Picture.Channels, area.Height, area.Width);
        byte[] pixels = GC.AllocateUninitializedArray<byte>(checked(height * width * Picture.Channels));
        if (filter == ResampleFilter.Nearest)
        {
            Nearest(source, height, width, pixels);
        }
        else
        {
            TwoPasses(source, height, width, filter, bits, pixels);
        }

        return new Picture(height, width, pixels);
    }

    private static void TwoPasses(Plane source, int height, int width, ResampleFilter filter, int bits, byte[] pixels)
    {
        ResampleWeights? rows = source.Height == height ? null : ResampleWeights.For(source.Height, height, filter);
        ResampleWeights? columns = source.Width == width ? null : ResampleWeights.For(source.Width, width, filter);
        if (rows is null || columns is null)
        {
            Pass(source, rows, columns, bits, pixels);
            return;
        }

        bool verticalFirst = (long)source.Height * width > (long)source.Width * height;
        int betweenHeight = verticalFirst ? height : source.Height, betweenWidth = verticalFirst ? source.Width : width;
        byte[] between = ArrayPool<byte>.Shared.Rent(checked((betweenHeight * betweenWidth * Picture.Channels) + Slack));
        try
        {
            Pass(source, verticalFirst ? rows : null, verticalFirst ? null : columns, bits, between);
            Pass(new Plane(between, 0, betweenWidth * Picture.Channels, betweenHeight, betweenWidth), verticalFirst ? null : rows, verticalFirst ? columns : null, bits, pixels);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(between);
        }
    }

    private static void Pass(Plane source, ResampleWeights? rows, ResampleWeights? columns, int bits, byte[] target)
    {
        if (rows is not null)
        {
            VerticalPass.Run(source, rows, bits, target);
        }
        else
        {
            HorizontalPass.Run(source, columns!, bits, target);
        }
    }

    private static void Nearest(Plane source, int height, int width, byte[] pixels)
    {
        int[] columns = NearestPixels(source.Width, width), rows = NearestPixels(source.Height, height);
        int to = 0;
        foreach (int row in rows)
        {
            foreach (int column in columns)
            {
                source.Row(row).Slice(column * Picture.Channels, Picture.Channels).CopyTo(pixels.AsSpan(to));
                to += Picture.Channels;
            }
        }
    }

    private static int[] NearestPixels(int from, int to)
    {
        double scale = (double)from / to;
        return [.. Enumerable.Range(0, to).Select(i => Math.Min((int)((i + 0.5) * scale), from - 1))];
    }

    /// <summary>Rows of pixels within an array.</summary>
    /// <param name="Pixels">The array.</param>
    /// <param name="Offset">Where the first row starts.</param>
    /// <param name="Stride">Bytes from row to row.</param>
    /// <param name="Height">The number of rows.</param>
    /// <param name="Width">Pixels a row.</param>
    internal readonly record struct Plane(byte[] Pixels, int Offset, int Stride, int Height, int Width)
    {
        /// <summary>The bytes of one row.</summary>
        public ReadOnlySpan<byte> Row(int y) => Pixels.AsSpan(Offset + (y * Stride), Width * Picture.Channels);
    }
}
