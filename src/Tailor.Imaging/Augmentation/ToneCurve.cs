namespace Tailor.Imaging;

/// <summary>Changes that look at one value of one channel at a time (Pillow's <c>ImageOps</c>).</summary>
public static class ToneCurve
{
    private const int Levels = 256;

    /// <summary>Keeps the highest bits of every value.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="bits">1 to 8.</param>
    public static Picture Posterize(Picture picture, int bits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 8);
        return Map(picture, level => (byte)(level & ~((1 << (8 - bits)) - 1)));
    }

    /// <summary>Inverts the values from a threshold on.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="threshold">0 inverts all, 256 none.</param>
    public static Picture Solarize(Picture picture, double threshold) => Map(picture, level => (byte)(level < threshold ? level : Levels - 1 - level));

    /// <summary>Stretches each channel so that its least value becomes 0 and its largest 255.</summary>
    /// <param name="picture">The picture.</param>
    public static Picture AutoContrast(Picture picture) => ByHistogram(picture, static (histogram, curve) =>
    {
        int low = histogram.IndexOfAnyExcept(0), high = histogram.LastIndexOfAnyExcept(0);
        if (high > low)
        {
            double scale = 255.0 / (high - low), offset = -low * scale;
            for (int level = 0; level < Levels; level++)
            {
                curve[level] = (byte)Math.Clamp((int)((level * scale) + offset), 0, 255);
            }
        }
    });

    /// <summary>Spreads the values of each channel so that they come about equally often.</summary>
    /// <param name="picture">The picture.</param>
    public static Picture Equalize(Picture picture) => ByHistogram(picture, static (histogram, curve) =>
    {
        int total = 0;
        foreach (int count in histogram)
        {
            total += count;
        }

        int last = histogram[histogram.LastIndexOfAnyExcept(0)], step = (total - last) / (Levels - 1);
        if (last == total || step == 0)
        {
            return;
        }

        int n = step / 2;
        for (int level = 0; level < Levels; level++)
        {
            curve[level] = (byte)Math.Min(n / step, 255);
            n += histogram[level];
        }
    });

    private static Picture Map(Picture picture, Func<int, byte> curve)
    {
        ArgumentNullException.ThrowIfNull(picture);
        byte[] values = [.. Enumerable.Range(0, Levels).Select(curve)], pixels = new byte[picture.Pixels.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = values[picture.Pixels[i]];
        }

        return new Picture(picture.Height, picture.Width, pixels);
    }

    private static Picture ByHistogram(Picture picture, Action<Span<int>, Span<byte>> fill)
    {
        ArgumentNullException.ThrowIfNull(picture);
        Picture changed = Picture.Black(picture.Height, picture.Width);
        Span<int> histogram = stackalloc int[Levels];
        Span<byte> curve = stackalloc byte[Levels];
        for (int channel = 0; channel < Picture.Channels; channel++)
        {
            histogram.Clear();
            for (int i = channel; i < picture.Pixels.Length; i += Picture.Channels)
            {
                histogram[picture.Pixels[i]]++;
            }

            for (int level = 0; level < Levels; level++)
            {
                curve[level] = (byte)level;
            }

            fill(histogram, curve);
            for (int i = channel; i < picture.Pixels.Length; i += Picture.Channels)
            {
                changed.Pixels[i] = curve[picture.Pixels[i]];
            }
        }

        return changed;
    }
}
