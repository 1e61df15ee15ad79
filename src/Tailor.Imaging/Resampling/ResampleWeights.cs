namespace Tailor.Imaging;

/// <summary>
/// The weights by which the pixels of a row or a column make those of a resized one: of each new pixel the first old pixel, how many, and a 22-bit fixed-point weight for each (Pillow, Resample.c).
/// </summary>
internal sealed class ResampleWeights
{
    /// <summary>The bits after the point: eight for the pixel and two for overshoot and sign remain of 32.</summary>
    public const int FractionBits = 32 - 8 - 2;

    private ResampleWeights(int stride, int[] first, int[] count, int[] weights) => (Stride, First, Count, Weights) = (stride, first, count, weights);

    /// <summary>Places for weights a new pixel, a multiple of four; those beyond its count are zero.</summary>
    public int Stride { get; }

    /// <summary>The first old pixel of each new one.</summary>
    public int[] First { get; }

    /// <summary>The number of old pixels of each new one, at least 1.</summary>
    public int[] Count { get; }

    /// <summary>[new size, <see cref="Stride"/>] weights.</summary>
    public int[] Weights { get; }

    /// <summary>The weights for a size.</summary>
    /// <param name="from">The old size in pixels.</param>
    /// <param name="to">The new size in pixels.</param>
    /// <param name="filter">The filter; not <see cref="ResampleFilter.Nearest"/>.</param>
    public static ResampleWeights For(int from, int to, ResampleFilter filter)
    {
        double scale = (double)from / to, stretch = Math.Max(scale, 1), support = Support(filter) * stretch, shrink = 1 / stretch;
        int stride = (((int)Math.Ceiling(support) * 2) + 1 + 3) & ~3;
        var result = new ResampleWeights(stride, new int[to], new int[to], new int[checked(to * stride)]);
        Span<double> window = stride <= 256 ? stackalloc double[stride] : new double[stride];
        for (int i = 0; i < to; i++)
        {
            double center = (i + 0.5) * scale, sum = 0;
            int first = Math.Max((int)(center - support + 0.5), 0), count = Math.Min((int)(center + support + 0.5), from) - first;
            for (int k = 0; k < count; k++)
            {
                window[k] = Weight(filter, (k + first - center + 0.5) * shrink);
                sum += window[k];
            }

            for (int k = 0; k < count; k++)
            {
                double weight = sum == 0 ? window[k] : window[k] / sum;
                result.Weights[(i * stride) + k] = (int)((weight < 0 ? -0.5 : 0.5) + (weight * (1 << FractionBits)));
            }

            (result.First[i], result.Count[i]) = (first, count);
        }

        return result;
    }

    private static double Support(ResampleFilter filter) => filter switch
    {
        ResampleFilter.Bilinear => 1,
        ResampleFilter.Bicubic => 2,
        ResampleFilter.Lanczos => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "A filter with weights."),
    };

    private static double Weight(ResampleFilter filter, double x)
    {
        const double A = -0.5;
        if (filter == ResampleFilter.Lanczos)
        {
            return x is >= -3 and < 3 ? Sinc(x) * Sinc(x / 3) : 0;
        }

        x = Math.Abs(x);
        if (filter == ResampleFilter.Bilinear)
        {
            return x < 1 ? 1 - x : 0;
        }

        return x < 1 ? ((((A + 2) * x) - (A + 3)) * x * x) + 1 : x < 2 ? ((((x - 5) * x) + 8) * x - 4) * A : 0;
    }

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(x * Math.PI) / (x * Math.PI);
}
