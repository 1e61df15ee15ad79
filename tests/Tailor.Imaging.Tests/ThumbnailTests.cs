using Tailor.Foundation;

namespace Tailor.Imaging.Tests;

public class ThumbnailTests
{
    [Theory]
    [InlineData(400, 200, 80, 40)]
    [InlineData(33, 80, 33, 80)]
    [InlineData(1, 1, 1, 1)]
    [InlineData(3, 5000, 1, 80)]
    [InlineData(81, 81, 80, 80)]
    public void It_has_the_proportions_and_at_most_the_edge(int width, int height, int expectedWidth, int expectedHeight)
    {
        byte[] jpeg = Thumbnail.Encode(Noise(height, width));
        Picture decoded = PictureDecoder.Decode(jpeg, "a thumbnail");
        Assert.Equal((expectedWidth, expectedHeight), (decoded.Width, decoded.Height));
        Assert.True(Thumbnail.IsPlausible(jpeg));
    }

    [Fact]
    public void It_looks_like_the_picture()
    {
        Picture picture = Picture.Black(200, 300);
        for (int i = 0; i < 200 * 300; i++)
        {
            (int x, int y) = (i % 300, i / 300);
            (picture.Pixels[3 * i], picture.Pixels[(3 * i) + 1], picture.Pixels[(3 * i) + 2]) = ((byte)(x * 255 / 300), (byte)(y * 255 / 200), 128);
        }

        Picture decoded = PictureDecoder.Decode(Thumbnail.Encode(picture), "a thumbnail"), expected = Resampler.Resize(picture, 53, 80, ResampleFilter.Bicubic);
        Assert.InRange(decoded.Pixels.Zip(expected.Pixels, (a, b) => Math.Abs(a - b)).Average(), 0.01, 2.5);
    }

    [Fact]
    public void Not_even_noise_is_long_and_equal_pictures_give_equal_bytes()
    {
        byte[] jpeg = Thumbnail.Encode(Noise(80, 80));
        Assert.InRange(jpeg.Length, 1000, Thumbnail.MaxLength);
        Assert.Equal(jpeg, Thumbnail.Encode(Noise(80, 80)));
    }

    [Fact]
    public void What_is_no_small_jpeg_is_told_apart()
    {
        byte[] jpeg = Thumbnail.Encode(Noise(20, 20));
        Assert.False(Thumbnail.IsPlausible([]));
        Assert.False(Thumbnail.IsPlausible(jpeg.AsSpan(1)));
        Assert.False(Thumbnail.IsPlausible(jpeg.AsSpan(0, jpeg.Length - 1)));
        Assert.False(Thumbnail.IsPlausible("<svg onload='x'/>"u8));
        Assert.False(Thumbnail.IsPlausible([.. jpeg[..^2], .. new byte[Thumbnail.MaxLength], .. jpeg[^2..]]));
    }

    private static Picture Noise(int height, int width)
    {
        var random = RandomStream.For(7, "noise", height, width);
        return new Picture(height, width, [.. Enumerable.Range(0, height * width * Picture.Channels).Select(_ => (byte)random.NextInt(256))]);
    }
}
