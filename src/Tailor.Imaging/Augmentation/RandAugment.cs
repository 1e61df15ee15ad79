using Tailor.Foundation;

namespace Tailor.Imaging;

/// <summary>Applies random operations of one strength; operations and ranges are torchvision's.</summary>
internal static class RandAugment
{
    /// <summary>The largest magnitude: torchvision has 31 steps.</summary>
    public const int Strongest = 30;

    private const double MostShear = 0.3, MostShift = 150.0 / 331, MostDegrees = 30, MostEnhancement = 0.9, MostBitsLost = 4;

    /// <summary>The number of operations there are to draw from.</summary>
    internal const int Kinds = 14;

    /// <summary>Changes a picture.</summary>
    public static Picture Apply(Picture picture, RandAugmentOptions options, ref RandomStream random)
    {
        for (int i = 0; i < options.Operations; i++)
        {
            int kind = random.NextInt(Kinds);
            picture = Apply(picture, kind, (double)options.Magnitude / Strongest, random.NextInt(2) == 0 ? 1 : -1);
        }

        return picture;
    }

    /// <summary>One operation.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="kind">Which, in torchvision's order; 0 changes nothing.</param>
    /// <param name="strength">0 to 1.</param>
    /// <param name="sign">1 or -1, for operations that go two ways.</param>
    internal static Picture Apply(Picture picture, int kind, double strength, int sign) => kind switch
    {
        1 => AffineWarp.ShearX(picture, sign * MostShear * strength),
        2 => AffineWarp.ShearY(picture, sign * MostShear * strength),
        3 => AffineWarp.Translate(picture, (int)(sign * MostShift * picture.Width * strength), 0),
        4 => AffineWarp.Translate(picture, 0, (int)(sign * MostShift * picture.Height * strength)),
        5 => AffineWarp.Rotate(picture, sign * MostDegrees * strength),
        6 => Enhancement.Brightness(picture, 1 + (sign * MostEnhancement * strength)),
        7 => Enhancement.Saturation(picture, 1 + (sign * MostEnhancement * strength)),
        8 => Enhancement.Contrast(picture, 1 + (sign * MostEnhancement * strength)),
        9 => Enhancement.Sharpness(picture, 1 + (sign * MostEnhancement * strength)),
        10 => ToneCurve.Posterize(picture, 8 - (int)Math.Round(MostBitsLost * strength)),
        11 => ToneCurve.Solarize(picture, 255 * (1 - strength)),
        12 => ToneCurve.AutoContrast(picture),
        13 => ToneCurve.Equalize(picture),
        _ => picture,
    };
}
