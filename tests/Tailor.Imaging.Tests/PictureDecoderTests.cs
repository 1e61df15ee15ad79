using System.Buffers.Binary;
using Tailor.Foundation;

namespace Tailor.Imaging.Tests;

public sealed class PictureDecoderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Png_webp_and_bmp_give_the_pixels_that_were_written()
    {
        Picture picture = Samples.Noise(7, 13);
        Assert.Equal(picture.Pixels, Decode(Samples.Png(picture)).Pixels);
        Assert.Equal(picture.Pixels, Decode(Samples.LosslessWebp(picture)).Pixels);
        Assert.Equal(picture.Pixels, Decode(Samples.Bmp(picture)).Pixels);
    }

    [Fact]
    public void Gif_gives_its_first_frame()
    {
        Picture picture = Decode(Samples.Gif(5, 4, (x, y) => x == y));
        Assert.Equal((4, 5), (picture.Height, picture.Width));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => i % 5 == i / 5 ? (byte)255 : (byte)0), picture.Pixels.Where((_, i) => i % 3 == 1));
    }

    [Fact]
    public void Kind_is_told_by_content_and_not_by_name()
    {
        Picture picture = Samples.Noise(3, 4);
        string path = _folder.Write("photo.jpg", Samples.Png(picture));
        Assert.Equal(picture.Pixels, PictureDecoder.Decode(path).Pixels);
        Assert.True(PictureDecoder.LooksLikePicture(path));
        Assert.False(PictureDecoder.LooksLikePicture(_folder.Write("notes.png", "text"u8.ToArray())));
    }

    [Fact]
    public void Transparency_is_dropped_or_blended_with_the_background()
    {
        byte[] file = Samples.Png(3, 1, (x, _) => (200, 100, 0, (byte)(x * 51)));
        Assert.Equal<byte>([200, 100, 0, 200, 100, 0, 200, 100, 0], Decode(file).Pixels);
        Picture white = Decode(file, new DecodeOptions { Background = new PixelColor(255, 255, 255) });

        // 255 + a / 255 * (c - 255) for a = 0, 51, 102.
        Assert.Equal<byte>([255, 255, 255, 244, 224, 204, 233, 193, 153], white.Pixels);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Orientation_turns_the_picture_upright(int orientation)
    {
        byte[] file = Samples.Golden("exif_rotated.jpg");
        SetOrientation(file, orientation);
        Picture stored = Decode(file, new DecodeOptions { ApplyOrientation = false }), upright = Decode(file);

        // EXIF 2.3: the sides of the upright picture on which the first stored row and column are.
        Picture expected = orientation switch
        {
            1 => stored,
            2 => stored.Flip(),
            3 => Turn(Turn(stored)),
            4 => Turn(Turn(stored.Flip())),
            5 => Turn(Turn(Turn(stored.Flip()))),
            6 => Turn(stored),
            7 => Turn(stored.Flip()),
            _ => Turn(Turn(Turn(stored))),
        };
        Assert.Equal((expected.Height, expected.Width), (upright.Height, upright.Width));
        Assert.Equal(expected.Pixels, upright.Pixels);
    }

    [Fact]
    public void One_pixel_is_a_picture()
    {
        Picture picture = Decode(Samples.Golden("tiny.png"));
        Assert.Equal((1, 1), (picture.Height, picture.Width));
        Assert.Equal(224 * 224 * 3, new ImageProcessor().Process(picture).Length);
    }

    [Fact]
    public void A_header_of_forty_thousand_squared_is_refused()
    {
        Assert.Equal(
            "x: its header claims 40,000 x 40,000 pixels; at most 89,478,485 pixels are decoded: make the picture smaller, or raise the limit with --max-pixels",
            Fault(Samples.Png(40_000, 40_000, 8, 2, new byte[1000])));
        Assert.Equal("x: its header claims 70,000 x 1 pixels; a side has at most 65,535: make the picture smaller", Fault(Samples.Png(70_000, 1, 8, 2, new byte[1000])));
        Assert.Contains("at most 100 pixels", Fault(Samples.Golden("rgb.png"), new DecodeOptions { MaxPixels = 100 }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_that_claims_more_than_the_file_can_hold_is_refused_before_memory_is_taken()
    {
        byte[] file = Samples.Png(9_000, 9_000, 1, 0, new byte[100]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("cannot hold", Fault(file), StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100_000);
    }

    [Theory]
    [MemberData(nameof(Samples.GoldenNames), MemberType = typeof(Samples))]
    public void A_cut_file_is_refused(string name)
    {
        byte[] file = Samples.Golden(name);
        foreach (double share in new[] { 0.2, 0.5, 0.8, 0.95 })
        {
            string fault = Fault(file[..(int)(file.Length * share)]);
            Assert.StartsWith("x: ", fault, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', fault);
        }
    }

    [Fact]
    public void Other_kinds_that_were_cut_are_refused()
    {
        Picture picture = Samples.Noise(20, 30);
        byte[] gif = Samples.Gif(30, 20, (x, y) => (x ^ y) % 3 == 0);
        Assert.All(
            new[] { Samples.LosslessWebp(picture), Samples.Bmp(picture), gif[..(gif.Length / 2)] },
            file => Assert.All(new[] { 0.1, 0.5, 0.8 }, share => Assert.StartsWith("x: ", Fault(file[..(int)(file.Length * share)]), StringComparison.Ordinal)));
    }

    [Fact]
    public void A_progressive_jpeg_without_its_end_is_refused()
    {
        byte[] file = Samples.Golden("progressive.jpg");
        Assert.Equal("x: the JPEG's end is missing; the file was cut: copy or download it again", Fault(file[..^2]));

        // The end marker of a thumbnail in the metadata is not the picture's.
        byte[] thumbnail = [0xFF, 0xE2, 0, 8, 0xFF, 0xD8, 0xFF, 0xDA, 0xFF, 0xD9];
        Assert.Contains("end is missing", Fault([.. file[..2], .. thumbnail, .. file[2..^2]]), StringComparison.Ordinal);
        Assert.Equal(Decode(file).Pixels, Decode([.. file[..2], .. thumbnail, .. file[2..], 0, 1, 2]).Pixels);
    }

    [Theory]
    [InlineData("", "x: the file is empty; give a PNG")]
    [InlineData("<html>not found</html>", "x: no picture that is decoded here but a web page, SVG or XML; give a PNG")]
    [InlineData("version https://git-lfs", "x: no picture that is decoded here but a Git LFS pointer (run git lfs pull); give a PNG")]
    [InlineData("II*\0rest", "x: no picture that is decoded here but TIFF; give a PNG")]
    [InlineData("some words", "x: no picture of a known kind (it starts with the bytes 73 6F 6D 65 20 77 6F 72); give a PNG")]
    public void What_is_no_picture_is_named(string content, string message) => Assert.StartsWith(message, Fault(System.Text.Encoding.Latin1.GetBytes(content)), StringComparison.Ordinal);

    [Fact]
    public void Files_that_cannot_be_read_are_named()
    {
        string missing = Path.Combine(_folder.Path, "missing.png"), large = _folder.Write("large.png", new byte[100]);
        Assert.Equal($"{missing}: no such file; check the name", Assert.Throws<InputException>(() => PictureDecoder.Decode(missing)).Message);
        Assert.Equal($"{_folder.Path}: this is a folder; give the file itself", Assert.Throws<InputException>(() => PictureDecoder.Decode(_folder.Path)).Message);
        Assert.Contains("100 bytes; a picture may have at most 99", Assert.Throws<InputException>(() => PictureDecoder.Decode(large, new DecodeOptions { MaxFileLength = 99 })).Message, StringComparison.Ordinal);
    }

    private static Picture Decode(byte[] file, DecodeOptions? options = null) => PictureDecoder.Decode(file, "x", options);

    private static string Fault(byte[] file, DecodeOptions? options = null) => Assert.Throws<InputException>(() => Decode(file, options)).Message;

    /// <summary>A quarter with the clock.</summary>
    private static Picture Turn(Picture picture)
    {
        Picture turned = Picture.Black(picture.Width, picture.Height);
        for (int y = 0; y < picture.Height; y++)
        {
            for (int x = 0; x < picture.Width; x++)
            {
                picture.Pixels.AsSpan(((y * picture.Width) + x) * 3, 3).CopyTo(turned.Pixels.AsSpan(((x * picture.Height) + picture.Height - 1 - y) * 3));
            }
        }

        return turned;
    }

    private static void SetOrientation(byte[] file, int orientation)
    {
        int exif = file.AsSpan().IndexOf("Exif\0\0"u8) + 6;
        bool little = file[exif] == (byte)'I';
        byte[] tag = little ? [0x12, 0x01, 3, 0] : [0x01, 0x12, 0, 3];
        int value = exif + file.AsSpan(exif).IndexOf(tag) + 8;
        if (little)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(value), (ushort)orientation);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(value), (ushort)orientation);
        }
    }
}
