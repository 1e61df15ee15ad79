using System.Buffers.Binary;
using System.IO.Compression;
using SkiaSharp;
using Tailor.Foundation;

namespace Tailor.Imaging.Tests;

/// <summary>Pictures to test with: the golden files, and small ones drawn and encoded here.</summary>
internal static class Samples
{
    public static string GoldenFolder
    {
        get
        {
            string? folder = AppContext.BaseDirectory;
            while (folder is not null && !File.Exists(Path.Combine(folder, "Tailor.slnx")))
            {
                folder = Path.GetDirectoryName(folder);
            }

            return Path.Combine(folder ?? throw new InvalidOperationException("The tests run outside the repository."), "tests", "goldens", "images");
        }
    }

    public static TheoryData<string> GoldenNames => [.. Directory.GetFiles(GoldenFolder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    public static byte[] Golden(string name) => File.ReadAllBytes(Path.Combine(GoldenFolder, name));

    /// <summary>A picture of random pixels.</summary>
    public static Picture Noise(int height, int width, long seed = 1)
    {
        RandomStream random = RandomStream.For(seed, "noise", height, width);
        Picture picture = Picture.Black(height, width);
        for (int i = 0; i < picture.Pixels.Length; i++)
        {
            picture.Pixels[i] = (byte)random.NextInt(256);
        }

        return picture;
    }

    /// <summary>A picture of one colour.</summary>
    public static Picture Plain(int height, int width, PixelColor color)
    {
        Picture picture = Picture.Black(height, width);
        for (int i = 0; i < picture.Pixels.Length; i += Picture.Channels)
        {
            (picture.Pixels[i], picture.Pixels[i + 1], picture.Pixels[i + 2]) = (color.Red, color.Green, color.Blue);
        }

        return picture;
    }

    /// <summary>A PNG of colours with transparency.</summary>
    public static byte[] Png(int width, int height, Func<int, int, (byte R, byte G, byte B, byte A)> pixel)
    {
        using var pixels = new MemoryStream();
        using (var zlib = new ZLibStream(pixels, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (int y = 0; y < height; y++)
            {
                zlib.WriteByte(0);
                for (int x = 0; x < width; x++)
                {
                    (byte r, byte g, byte b, byte a) = pixel(x, y);
                    zlib.Write([r, g, b, a]);
                }
            }
        }

        return Png(width, height, depth: 8, colorType: 6, pixels.ToArray());
    }

    public static byte[] Png(Picture picture) => Png(picture.Width, picture.Height, (x, y) =>
    {
        ReadOnlySpan<byte> pixel = picture.Pixels.AsSpan(((y * picture.Width) + x) * Picture.Channels, Picture.Channels);
        return (pixel[0], pixel[1], pixel[2], 255);
    });

    /// <summary>A PNG file with any header, right or not.</summary>
    public static byte[] Png(int width, int height, byte depth, byte colorType, byte[] data)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (depth, colorType);
        return [0x89, .. "PNG\r\n"u8, 0x1A, 0x0A, .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, data), .. Chunk("IEND"u8, [])];
    }

    /// <summary>A picture as SkiaSharp writes it without loss.</summary>
    public static byte[] LosslessWebp(Picture picture)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(picture.Width, picture.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (int y = 0; y < picture.Height; y++)
        {
            for (int x = 0; x < picture.Width; x++)
            {
                ReadOnlySpan<byte> pixel = picture.Pixels.AsSpan(((y * picture.Width) + x) * Picture.Channels, Picture.Channels);
                bitmap.SetPixel(x, y, new SKColor(pixel[0], pixel[1], pixel[2]));
            }
        }

        using SKPixmap pixmap = bitmap.PeekPixels();
        using SKData data = pixmap.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 50))!;
        return data.ToArray();
    }

    /// <summary>A BMP of 24 bits.</summary>
    public static byte[] Bmp(Picture picture)
    {
        int stride = ((picture.Width * 3) + 3) & ~3;
        byte[] file = new byte[54 + (stride * picture.Height)];
        "BM"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        file[10] = 54;
        file[14] = 40;
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), picture.Width);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), picture.Height);
        (file[26], file[28]) = (1, 24);
        for (int y = 0; y < picture.Height; y++)
        {
            for (int x = 0; x < picture.Width; x++)
            {
                ReadOnlySpan<byte> pixel = picture.Pixels.AsSpan(((y * picture.Width) + x) * 3, 3);
                int at = 54 + ((picture.Height - 1 - y) * stride) + (x * 3);
                (file[at], file[at + 1], file[at + 2]) = (pixel[2], pixel[1], pixel[0]);
            }
        }

        return file;
    }

    /// <summary>A GIF of black and white pixels in two frames, of which the second is all black.</summary>
    public static byte[] Gif(int width, int height, Func<int, int, bool> white)
    {
        bool[] first = [.. Enumerable.Range(0, width * height).Select(i => white(i % width, i / width))];
        return
        [
            .. "GIF89a"u8, (byte)width, 0, (byte)height, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, .. Frame(width, height, first), .. Frame(width, height, new bool[width * height]), 0x3B,
        ];
    }

    // Codes of three bits with a clear before every second pixel never grow the table: the plainest valid LZW.
    private static byte[] Frame(int width, int height, bool[] white)
    {
        var bits = new List<bool>();
        void Code(int code)
        {
            for (int b = 0; b < 3; b++)
            {
                bits.Add(((code >> b) & 1) == 1);
            }
        }

        for (int i = 0; i < white.Length; i++)
        {
            if (i % 2 == 0)
            {
                Code(4);
            }

            Code(white[i] ? 1 : 0);
        }

        Code(5);
        byte[] data = new byte[(bits.Count + 7) / 8];
        for (int i = 0; i < bits.Count; i++)
        {
            data[i / 8] |= (byte)(bits[i] ? 1 << (i % 8) : 0);
        }

        return [0x21, 0xF9, 4, 0, 10, 0, 0, 0, 0x2C, 0, 0, 0, 0, (byte)width, 0, (byte)height, 0, 0, 2, .. data.Chunk(255).SelectMany(c => (byte[])[(byte)c.Length, .. c]), 0];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> name, byte[] data)
    {
        byte[] chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        name.CopyTo(chunk.AsSpan(4));
        data.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int i = 0; i < 8; i++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        return ~crc;
    }
}
