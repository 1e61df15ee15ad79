namespace Tailor.Imaging;

/// <summary>Turns the colours of a picture round the colour circle, through Pillow's 8-bit hue, saturation and value.</summary>
public static class HueShift
{
    /// <summary>Turns every pixel's hue.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="turn">The share of the circle, in [-0.5, 0.5].</param>
    /// <returns>A new picture. Eight bits of hue and saturation lose a little even without a turn.</returns>
    public static Picture Apply(Picture picture, double turn)
    {
        ArgumentNullException.ThrowIfNull(picture);
        Picture turned = Picture.Black(picture.Height, picture.Width);
        int shift = (int)(turn * 255);
        for (int i = 0; i < picture.Pixels.Length; i += Picture.Channels)
        {
            (byte hue, byte saturation, byte value) = ToHsv(picture.Pixels[i], picture.Pixels[i + 1], picture.Pixels[i + 2]);
            (turned.Pixels[i], turned.Pixels[i + 1], turned.Pixels[i + 2]) = ToRgb((byte)(hue + shift), saturation, value);
        }

        return turned;
    }

    private static (byte Hue, byte Saturation, byte Value) ToHsv(byte red, byte green, byte blue)
    {
        byte most = Math.Max(red, Math.Max(green, blue)), least = Math.Min(red, Math.Min(green, blue));
        if (most == least)
        {
            return (0, 0, most);
        }

        float range = most - least, r = (most - red) / range, g = (most - green) / range, b = (most - blue) / range;
        double sector = red == most ? b - g : green == most ? 2.0 + r - b : 4.0 + g - r, hue = ((sector / 6.0) + 1.0) % 1.0;
        return ((byte)Math.Clamp((int)(hue * 255.0), 0, 255), (byte)Math.Clamp((int)(range / most * 255.0), 0, 255), most);
    }

    private static (byte Red, byte Green, byte Blue) ToRgb(byte hue, byte saturation, byte value)
    {
        if (saturation == 0)
        {
            return (value, value, value);
        }

        double circle = hue * 6.0 / 255.0, share = saturation / 255.0;
        int sector = (int)Math.Floor(circle);
        double within = circle - sector;
        byte p = Round(value * (1.0 - share)), q = Round(value * (1.0 - (share * within))), t = Round(value * (1.0 - (share * (1.0 - within))));
        return (sector % 6) switch
        {
            0 => (value, t, p),
            1 => (q, value, p),
            2 => (p, value, t),
            3 => (p, q, value),
            4 => (t, p, value),
            _ => (value, p, q),
        };
    }

    private static byte Round(double value) => (byte)Math.Clamp((int)Math.Round(value, MidpointRounding.AwayFromZero), 0, 255);
}
