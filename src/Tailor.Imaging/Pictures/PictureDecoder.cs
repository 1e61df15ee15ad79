using System.Buffers;
using System.Runtime.Intrinsics;
using SkiaSharp;
using Tailor.Foundation;

namespace Tailor.Imaging;

/// <summary>
/// Decodes PNG, JPEG, WebP, BMP and GIF (its first frame) by SkiaSharp, told apart by content and not by name. A picture is decoded whole or refused: the size in the header is held against
/// <see cref="DecodeOptions.MaxPixels"/> and against what so short a file can hold before memory is taken, and a file that was cut is refused, of whatever kind.
/// </summary>
public static class PictureDecoder
{
    private const int RgbaBytes = 4;

    // JPEG and GIF can have no more; a PNG of millions of columns is an attack on what resizes it.
    private const int LongestSide = 65_535;

    /// <summary>Decodes a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What is refused and how colours are taken; null for the defaults.</param>
    /// <exception cref="InputException">The file is missing, too long, no picture of a known kind, damaged, cut, or larger than allowed; one line that names it.</exception>
    public static Picture Decode(string path, DecodeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        options ??= new DecodeOptions();
        return Decode(BoundedFile.Read(path, options.MaxFileLength, "a picture"), path, options);
    }

    /// <summary>Whether a file starts as one of the decoded kinds does; its name plays no part.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">It cannot be opened.</exception>
    public static bool LooksLikePicture(string path) => KindOf(path) is not null;

    /// <summary>The decoded kind that a file starts as: <c>PNG</c>, <c>JPEG</c>, <c>WebP</c>, <c>BMP</c> or <c>GIF</c>; null when it is none of them.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">It cannot be opened.</exception>
    public static string? KindOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using FileStream stream = BoundedFile.Open(path);
        Span<byte> start = stackalloc byte[PictureKind.MagicLength];
        return PictureKind.OfMagic(start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)]);
    }

    /// <summary>Decodes a file's content.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="options">What is refused and how colours are taken; null for the defaults.</param>
    /// <exception cref="InputException">It is no picture of a known kind, damaged, cut, or larger than allowed.</exception>
    public static unsafe Picture Decode(ReadOnlySpan<byte> content, string name, DecodeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        options ??= new DecodeOptions();
        fixed (byte* start = content)
        {
            // Skia reads the pinned bytes where they are.
            using SKData data = SKData.Create((IntPtr)start, content.Length);
            using SKCodec? codec = content.IsEmpty ? null : SKCodec.Create(data);
            if (codec is null)
            {
                throw InputException.At(name, PictureKind.Describe(content), "give a PNG, JPEG, WebP, BMP or GIF that opens in other programs");
            }

            CheckHeader(codec, content, name, options);
            Picture stored = Pixels(codec, name, options.Background);
            return options.ApplyOrientation ? Orientation.Apply(stored, (int)codec.EncodedOrigin) : stored;
        }
    }

    private static void CheckHeader(SKCodec codec, ReadOnlySpan<byte> content, string name, DecodeOptions options)
    {
        string? kind = PictureKind.NameOf(codec.EncodedFormat);
        if (kind is null)
        {
            throw InputException.At(name, $"a picture of the kind {codec.EncodedFormat}", "convert it to PNG, JPEG, WebP, BMP or GIF");
        }

        SKImageInfo info = codec.Info;
        string claim = $"its header claims {info.Width:N0} x {info.Height:N0} pixels";
        long pixels = (long)info.Width * info.Height, most = Math.Min(options.MaxPixels, Array.MaxLength / RgbaBytes);
        if (info.Width < 1 || info.Height < 1)
        {
            throw InputException.At(name, claim, "the file is damaged: replace it");
        }

        if (Math.Max(info.Width, info.Height) > LongestSide)
        {
            throw InputException.At(name, claim, $"a side has at most {LongestSide:N0}: make the picture smaller");
        }

        if (pixels > most)
        {
            throw InputException.At(name, claim, $"at most {most:N0} pixels are decoded: make the picture smaller, or raise the limit with --max-pixels");
        }

        if (pixels / PictureKind.DensestPixels(codec.EncodedFormat) > content.Length)
        {
            throw InputException.At(name, $"{claim}, which {content.Length:N0} bytes of {kind} cannot hold", "the file is damaged or was cut: replace it");
        }

        bool whole = codec.EncodedFormat switch { SKEncodedImageFormat.Jpeg => JpegEnd.IsThere(content), SKEncodedImageFormat.Png => PngEnd.IsThere(content), _ => true };
        if (!whole)
        {
            throw InputException.At(name, $"the {kind}'s end is missing", "the file was cut: copy or download it again");
        }
    }

    private static unsafe Picture Pixels(SKCodec codec, string name, PixelColor? background)
    {
        SKImageInfo info = codec.Info;
        int count = info.Width * info.Height;
        byte[] rgba = ArrayPool<byte>.Shared.Rent(count * RgbaBytes);
        try
        {
            SKCodecResult result;
            fixed (byte* pixels = rgba)
            {
                // Without a colour space nothing is converted; premultiplied alpha would lose the colours.
                result = codec.GetPixels(new SKImageInfo(info.Width, info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul, colorspace: null), (IntPtr)pixels);
            }

            if (result != SKCodecResult.Success)
            {
                throw InputException.At(name, Reason(result, PictureKind.NameOf(codec.EncodedFormat)!), "replace the file");
            }

            ReadOnlySpan<byte> source = rgba.AsSpan(0, count * RgbaBytes);
            if (background is { } color && info.AlphaType != SKAlphaType.Opaque)
            {
                Blend(rgba.AsSpan(0, source.Length), color);
            }

            byte[] rgb = GC.AllocateUninitializedArray<byte>(count * Picture.Channels);
            DropAlpha(source, rgb);
            return new Picture(info.Height, info.Width, rgb);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rgba);
        }
    }

    private static string Reason(SKCodecResult result, string kind) => result switch
    {
        SKCodecResult.IncompleteInput => $"the {kind} was cut: its pixels end too early",
        SKCodecResult.ErrorInInput or SKCodecResult.InvalidInput => $"the {kind}'s pixels are damaged",
        _ => $"the {kind} cannot be decoded ({result})",
    };

    private static void Blend(Span<byte> rgba, PixelColor color)
    {
        for (int i = 0; i < rgba.Length; i += RgbaBytes)
        {
            int alpha = rgba[i + 3], rest = byte.MaxValue - alpha;
            rgba[i] = (byte)(((rgba[i] * alpha) + (color.Red * rest) + 127) / 255);
            rgba[i + 1] = (byte)(((rgba[i + 1] * alpha) + (color.Green * rest) + 127) / 255);
            rgba[i + 2] = (byte)(((rgba[i + 2] * alpha) + (color.Blue * rest) + 127) / 255);
        }
    }

    private static void DropAlpha(ReadOnlySpan<byte> rgba, Span<byte> rgb)
    {
        int from = 0, to = 0;
        for (; to + Vector128<byte>.Count <= rgb.Length; from += 16, to += 12)
        {
            // Sixteen bytes are written for twelve; the next turn, or the loop below, writes over the last four.
            Vector128.Shuffle(Vector128.Create(rgba.Slice(from, 16)), Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 255, 255, 255, 255)).CopyTo(rgb[to..]);
        }

        for (; to < rgb.Length; from += RgbaBytes, to += Picture.Channels)
        {
            rgba.Slice(from, Picture.Channels).CopyTo(rgb[to..]);
        }
    }
}
