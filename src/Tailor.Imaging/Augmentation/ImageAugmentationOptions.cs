using Tailor.Foundation;

namespace Tailor.Imaging;

/// <summary>What is done to pictures in training. The defaults are those of LPT and LIFT: a random resized crop and a flip.</summary>
public sealed record ImageAugmentationOptions
{
    /// <summary>The part that is trained on.</summary>
    public TrainingCrop Crop { get; init; } = TrainingCrop.RandomResized;

    /// <summary>The least share of the picture's area that a crop has, in (0, 1].</summary>
    public double MinScale { get; init; } = 0.08;

    /// <summary>The largest share, from <see cref="MinScale"/> to 1.</summary>
    public double MaxScale { get; init; } = 1;

    /// <summary>The least width over height of a random resized crop, above 0.</summary>
    public double MinRatio { get; init; } = 3.0 / 4;

    /// <summary>The largest, at least <see cref="MinRatio"/>.</summary>
    public double MaxRatio { get; init; } = 4.0 / 3;

    /// <summary>The border of <see cref="TrainingCrop.Padded"/> in pixels.</summary>
    public int Padding { get; init; } = 4;

    /// <summary>How a crop is resized; null takes the processor's filter.</summary>
    public ResampleFilter? Filter { get; init; }

    /// <summary>How likely a picture is mirrored, in [0, 1].</summary>
    public double Flip { get; init; } = 0.5;

    /// <summary>Random changes of colour, or null.</summary>
    public ColorJitterOptions? ColorJitter { get; init; }

    /// <summary>Random operations, or null.</summary>
    public RandAugmentOptions? RandAugment { get; init; }

    /// <summary>LIFT+'s minimalist augmentation: squares that grow to the whole picture, no flip.</summary>
    public static ImageAugmentationOptions Minimalist { get; } = new() { Crop = TrainingCrop.Minimalist, Flip = 0 };

    /// <summary>What is usual for CIFAR: a border of 4 and a flip.</summary>
    public static ImageAugmentationOptions Small { get; } = new() { Crop = TrainingCrop.Padded };

    /// <summary>Checks every value's range.</summary>
    /// <param name="place">Where the values come from, for the message: a recipe, or its section.</param>
    /// <exception cref="InputException">A value is out of range.</exception>
    public void Check(string place)
    {
        Require(place, "min_scale", MinScale, MinScale is > 0 and <= 1, "above 0 and at most 1");
        Require(place, "max_scale", MaxScale, MaxScale >= MinScale && MaxScale <= 1, "from min_scale to 1");
        Require(place, "min_ratio", MinRatio, MinRatio is > 0 and < 1e3, "above 0");
        Require(place, "max_ratio", MaxRatio, MaxRatio >= MinRatio && MaxRatio < 1e3, "at least min_ratio");
        Require(place, "padding", Padding, Padding is >= 0 and <= 1024, "0 to 1,024 pixels");
        Require(place, "flip", Flip, Flip is >= 0 and <= 1, "0 to 1");
        if (ColorJitter is { } jitter)
        {
            Require(place, "brightness", jitter.Brightness, jitter.Brightness is >= 0 and < 1e3, "0 or more");
            Require(place, "contrast", jitter.Contrast, jitter.Contrast is >= 0 and < 1e3, "0 or more");
            Require(place, "saturation", jitter.Saturation, jitter.Saturation is >= 0 and < 1e3, "0 or more");
            Require(place, "hue", jitter.Hue, jitter.Hue is >= 0 and <= 0.5, "0 to 0.5");
        }

        if (RandAugment is { } random)
        {
            Require(place, "operations", random.Operations, random.Operations is >= 0 and <= 100, "0 to 100");
            Require(place, "magnitude", random.Magnitude, random.Magnitude is >= 0 and <= Imaging.RandAugment.Strongest, $"0 to {Imaging.RandAugment.Strongest}");
        }
    }

    private static void Require(string place, string field, double value, bool fine, string expected)
    {
        if (!fine)
        {
            throw InputException.At(place, $"{value}", $"expected {expected}", field: field);
        }
    }
}
