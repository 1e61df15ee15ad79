namespace Tailor.Imaging;

/// <summary>
/// Brightness, contrast, saturation and sharpness by a factor (Pillow's <c>ImageEnhance</c>): a blend of the picture with a version that has none. 1 changes nothing, 0 gives that version, more than 1 goes beyond.
/// </summary>
public static class Enhancement
{
    /// <summary>Blends with black.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="factor">0 or more.</param>
    public static Picture Brightness(Picture picture, double factor)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return Blend(Picture.Black(picture.Height, picture.Width), picture, factor);
    }

    /// <summary>Blends with the grey of the picture's mean.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="factor">0 or more.</param>
    public static Picture Contrast(Picture picture, double factor)
    {
        ArgumentNullException.ThrowIfNull(picture);
        long sum = 0;
        for (int i = 0; i < picture.Pixels.Length; i += Picture.Channels)
        {
            sum += Gray(picture.Pixels.AsSpan(i, Picture.Channels));
        }

        Picture mean = Picture.Black(picture.Height, picture.Width);
        mean.Pixels.AsSpan().Fill((byte)(((double)sum / (picture.Height * (long)picture.Width)) + 0.5));
        return Blend(mean, picture, factor);
    }

    /// <summary>Blends with the picture in grey.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="factor">0 or more.</param>
    public static Picture Saturation(Picture picture, double factor)
    {
        ArgumentNullException.ThrowIfNull(picture);
        Picture gray = Picture.Black(picture.Height, picture.Width);
        for (int i = 0; i < picture.Pixels.Length; i += Picture.Channels)
        {
            gray.Pixels.AsSpan(i, Picture.Channels).Fill(Gray(picture.Pixels.AsSpan(i, Picture.Channels)));
        }

        return Blend(gray, picture, factor);
    }

    /// <summary>Blends with the picture smoothed by the 3 x 3 kernel of ones with a five in its middle; the border stays.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="factor">0 or more.</param>
    public static Picture Sharpness(Picture picture, double factor)
    {
        const int Middle = 5, Sum = 13;
        ArgumentNullException.ThrowIfNull(picture);
        var smooth = new Picture(picture.Height, picture.Width, [.. picture.Pixels]);
        int stride = picture.Width * Picture.Channels;
        for (int y = 1; y < picture.Height - 1; y++)
        {
            for (int i = (y * stride) + Picture.Channels; i < ((y + 1) * stride) - Picture.Channels; i++)
            {
                int sum = (Middle - 1) * picture.Pixels[i];
                for (int row = i - stride; row <= i + stride; row += stride)
                {
                    sum += picture.Pixels[row - Picture.Channels] + picture.Pixels[row] + picture.Pixels[row + Picture.Channels];
                }

                smooth.Pixels[i] = (byte)(((2 * sum) + Sum) / (2 * Sum));
            }
        }

        return Blend(smooth, picture, factor);
    }

    /// <summary>Pillow's grey of a pixel: ITU-R 601 in 16-bit fixed point.</summary>
    private static byte Gray(ReadOnlySpan<byte> pixel) => (byte)(((pixel[0] * 19595) + (pixel[1] * 38470) + (pixel[2] * 7471) + 0x8000) >> 16);

    /// <summary>from + factor x (to - from), cut off to bytes; written over <paramref name="from"/>.</summary>
    private static Picture Blend(Picture from, Picture to, double factor)
    {
        float alpha = (float)factor;
        byte[] a = from.Pixels, b = to.Pixels;
        for (int i = 0; i < a.Length; i++)
        {
            a[i] = (byte)Math.Clamp(a[i] + (alpha * (b[i] - a[i])), 0, 255);
        }

        return from;
    }
}
