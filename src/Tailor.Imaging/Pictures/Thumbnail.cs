using System.Runtime.InteropServices;
using SkiaSharp;

namespace Tailor.Imaging;

/// <summary>Small JPEGs of pictures, for pages that show many of them.</summary>
public static class Thumbnail
{
    /// <summary>The longer edge of a thumbnail, in pixels; a smaller picture keeps its size.</summary>
    public const int Edge = 80;

    /// <summary>The longest thumbnail, in bytes: one that would be longer is made coarser.</summary>
    public const int MaxLength = 3 * 1024;

    private static readonly int[] Qualities = [80, 60, 40, 20, 5];

    /// <summary>Makes the thumbnail of a picture. Equal pictures give equal bytes.</summary>
    /// <param name="picture">The picture.</param>
    /// <returns>A JPEG of at most <see cref="Edge"/> x <see cref="Edge"/> pixels with the picture's proportions, and of at most <see cref="MaxLength"/> bytes.</returns>
    public static byte[] Encode(Picture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        int longest = Math.Max(picture.Height, picture.Width);
        int Shrunk(int length) => longest <= Edge ? length : Math.Max(1, (int)Math.Round((double)length * Edge / longest));
        Picture small = Resampler.Resize(picture, Shrunk(picture.Height), Shrunk(picture.Width), ResampleFilter.Bicubic);
        using SKBitmap bitmap = Bitmap(small);
        using SKPixmap pixels = bitmap.PeekPixels();
        return Qualities.Select(quality => Jpeg(pixels, quality)).First(jpeg => jpeg.Length <= MaxLength);
    }

    /// <summary>Whether bytes can be what <see cref="Encode"/> made: not too long, and a JPEG from their first bytes to their last.</summary>
    /// <param name="content">The bytes.</param>
    public static bool IsPlausible(ReadOnlySpan<byte> content) => content.Length is > 4 and <= MaxLength && content.StartsWith((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff]) && content.EndsWith((ReadOnlySpan<byte>)[0xff, 0xd9]);

    private static byte[] Jpeg(SKPixmap pixels, int quality)
    {
        // Pictures of some dozen pixels have no colour to spare: every pixel keeps its own.
        var options = new SKJpegEncoderOptions(quality, SKJpegEncoderDownsample.Downsample444, SKJpegEncoderAlphaOption.Ignore);
        using SKData data = pixels.Encode(options) ?? throw new InvalidOperationException("No JPEG could be made.");
        return data.ToArray();
    }

    private static SKBitmap Bitmap(Picture picture)
    {
        var bitmap = new SKBitmap(new SKImageInfo(picture.Width, picture.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        byte[] rgba = new byte[picture.Width * picture.Height * 4];
        for (int i = 0; i < picture.Width * picture.Height; i++)
        {
            picture.Pixels.AsSpan(i * Picture.Channels, Picture.Channels).CopyTo(rgba.AsSpan(i * 4));
            rgba[(i * 4) + 3] = byte.MaxValue;
        }

        Marshal.Copy(rgba, 0, bitmap.GetPixels(), rgba.Length);
        return bitmap;
    }
}
