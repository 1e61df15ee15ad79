using Tailor.Foundation;

namespace Tailor.Imaging;

/// <summary>Changes brightness, contrast, saturation and hue by random factors, in random order.</summary>
internal static class ColorJitter
{
    /// <summary>Changes a picture.</summary>
    public static Picture Apply(Picture picture, ColorJitterOptions options, ref RandomStream random)
    {
        Span<int> order = [0, 1, 2, 3];
        random.Shuffle(order);
        double brightness = Factor(options.Brightness, ref random), contrast = Factor(options.Contrast, ref random), saturation = Factor(options.Saturation, ref random);
        double hue = options.Hue * ((2 * random.NextDouble()) - 1);
        foreach (int change in order)
        {
            picture = change switch
            {
                0 when options.Brightness > 0 => Enhancement.Brightness(picture, brightness),
                1 when options.Contrast > 0 => Enhancement.Contrast(picture, contrast),
                2 when options.Saturation > 0 => Enhancement.Saturation(picture, saturation),
                3 when options.Hue > 0 => HueShift.Apply(picture, hue),
                _ => picture,
            };
        }

        return picture;
    }

    private static double Factor(double width, ref RandomStream random)
    {
        double low = Math.Max(0, 1 - width);
        return low + ((1 + width - low) * random.NextDouble());
    }
}
