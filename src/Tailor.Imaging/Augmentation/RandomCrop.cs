using Tailor.Foundation;

namespace Tailor.Imaging;

/// <summary>Draws parts of pictures.</summary>
internal static class RandomCrop
{
    private const int Tries = 10;

    /// <summary>A part of random area, proportions and place (torchvision's <c>RandomResizedCrop.get_params</c>): ten tries, then the largest middle part whose proportions are allowed.</summary>
    public static PixelArea Resized(int height, int width, double minScale, double maxScale, double minRatio, double maxRatio, ref RandomStream random)
    {
        double area = (double)height * width, low = Math.Log(minRatio), high = Math.Log(maxRatio);
        for (int i = 0; i < Tries; i++)
        {
            double target = area * Uniform(minScale, maxScale, ref random), ratio = Math.Exp(Uniform(low, high, ref random));
            int w = (int)Math.Round(Math.Sqrt(target * ratio)), h = (int)Math.Round(Math.Sqrt(target / ratio));
            if (w > 0 && h > 0 && w <= width && h <= height)
            {
                return new PixelArea(random.NextInt(height - h + 1), random.NextInt(width - w + 1), h, w);
            }
        }

        double own = (double)width / height;
        int cropWidth = own > maxRatio ? Math.Max(1, (int)Math.Round(height * maxRatio)) : width, cropHeight = own < minRatio ? Math.Max(1, (int)Math.Round(width / minRatio)) : height;
        return new PixelArea((height - cropHeight) / 2, (width - cropWidth) / 2, cropHeight, cropWidth);
    }

    /// <summary>The least area of LIFT+'s crops: <paramref name="minScale"/> in the first epoch, 1 in the last, between them along 1 - sqrt(1 - t^2) with t = epoch / (epochs - 1).</summary>
    public static double MinimalistScale(double minScale, int epoch, int epochs)
    {
        double t = epochs <= 1 ? 0 : Math.Clamp((double)epoch / (epochs - 1), 0, 1);
        return minScale + ((1 - minScale) * (1 - Math.Sqrt(1 - (t * t))));
    }

    /// <summary>The picture's own size at a random place of the picture with a border.</summary>
    public static PixelArea Padded(int height, int width, int padding, ref RandomStream random) =>
        new(random.NextInt((2 * padding) + 1) - padding, random.NextInt((2 * padding) + 1) - padding, height, width);

    private static double Uniform(double low, double high, ref RandomStream random) => low + ((high - low) * random.NextDouble());
}
