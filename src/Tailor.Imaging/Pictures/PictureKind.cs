using System.Text;
using SkiaSharp;

namespace Tailor.Imaging;

/// <summary>The kinds of picture files: those that are decoded, and those that are only known by name so that a message can say what was found.</summary>
internal static class PictureKind
{
    /// <summary>The bytes by which the kinds are told apart.</summary>
    public const int MagicLength = 12;

    /// <summary>The name of a kind that is decoded, or null.</summary>
    public static string? NameOf(SKEncodedImageFormat format) => format switch
    {
        SKEncodedImageFormat.Png => "PNG",
        SKEncodedImageFormat.Jpeg => "JPEG",
        SKEncodedImageFormat.Webp => "WebP",
        SKEncodedImageFormat.Bmp => "BMP",
        SKEncodedImageFormat.Gif => "GIF",
        _ => null,
    };

    /// <summary>
    /// The most pixels that one byte of a file can stand for. PNG: deflate gives at most 1,032 bytes a byte, of eight 1-bit pixels each; GIF: a 12-bit code is a run of at most 4,096 pixels; JPEG: an 8 x 8 block
    /// takes a bit or more; BMP: two bytes are a run of at most 255. WebP's entropy coder has no such bound.
    /// </summary>
    public static long DensestPixels(SKEncodedImageFormat format) => format switch
    {
        SKEncodedImageFormat.Png => 8300,
        SKEncodedImageFormat.Webp => long.MaxValue,
        _ => 4096,
    };

    /// <summary>The name of the decoded kind that content starts as, or null.</summary>
    /// <param name="content">At least the first <see cref="MagicLength"/> bytes, where there are so many.</param>
    public static string? OfMagic(ReadOnlySpan<byte> content) => content switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => "PNG",
        [0xFF, 0xD8, 0xFF, ..] => "JPEG",
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => "GIF",
        [(byte)'B', (byte)'M', _, _, _, _, 0, 0, 0, 0, ..] => "BMP",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => "WebP",
        _ => null,
    };

    /// <summary>What a file that is not decoded seems to be.</summary>
    public static string Describe(ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty)
        {
            return "the file is empty";
        }

        if (OfMagic(content) is not null)
        {
            return "the picture's header is damaged or was cut";
        }

        string? known = content switch
        {
            [(byte)'I', (byte)'I', 42, 0, ..] or [(byte)'M', (byte)'M', 0, 42, ..] => "TIFF",
            [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => "HEIC, AVIF or a film",
            [0xFF, 0x0A, ..] or [0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', ..] => "JPEG XL",
            [0, 0, 0, 12, (byte)'j', (byte)'P', ..] => "JPEG 2000",
            [(byte)'%', (byte)'P', (byte)'D', (byte)'F', ..] => "PDF",
            [(byte)'<', ..] => "a web page, SVG or XML",
            [(byte)'v', (byte)'e', (byte)'r', (byte)'s', (byte)'i', (byte)'o', (byte)'n', (byte)' ', ..] => "a Git LFS pointer (run git lfs pull)",
            _ => null,
        };
        return known is not null ? $"no picture that is decoded here but {known}" : $"no picture of a known kind (it starts with the bytes {Bytes(content[..Math.Min(8, content.Length)])})";
    }

    private static string Bytes(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (byte b in bytes)
        {
            text.Append(text.Length == 0 ? "" : " ").Append(b.ToString("X2"));
        }

        return text.ToString();
    }
}
