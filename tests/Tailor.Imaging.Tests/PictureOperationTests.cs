namespace Tailor.Imaging.Tests;

/// <summary>The operations of colour jitter and RandAugment, against values worked out by hand from Pillow's definitions.</summary>
public class PictureOperationTests
{
    private static readonly Picture Two = new(1, 2, [10, 20, 30, 200, 100, 0]);

    [Fact]
    public void Brightness_scales_and_cuts_off()
    {
        Assert.Equal<byte>([5, 10, 15, 100, 50, 0], Enhancement.Brightness(Two, 0.5).Pixels);
        Assert.Equal<byte>([15, 30, 45, 255, 150, 0], Enhancement.Brightness(Two, 1.5).Pixels);
        Assert.Equal(Two.Pixels, Enhancement.Brightness(Two, 1).Pixels);
    }

    [Fact]
    public void Saturation_blends_with_the_grey_of_each_pixel()
    {
        // Grey: (10, 20, 30) -> 18; (200, 100, 0) -> 118, as 118.5 falls short in 16-bit weights.
        Assert.Equal<byte>([18, 18, 18, 118, 118, 118], Enhancement.Saturation(Two, 0).Pixels);
        Assert.Equal<byte>([14, 19, 24, 159, 109, 59], Enhancement.Saturation(Two, 0.5).Pixels);
    }

    [Fact]
    public void Contrast_blends_with_the_mean_grey()
    {
        // The mean of 18 and 118.
        Assert.Equal<byte>([68, 68, 68, 68, 68, 68], Enhancement.Contrast(Two, 0).Pixels);
        Assert.Equal<byte>([0, 0, 0, 255, 132, 0], Enhancement.Contrast(Two, 2).Pixels);
    }

    [Fact]
    public void Sharpness_zero_smooths_all_but_the_border()
    {
        Picture picture = Samples.Plain(3, 3, new PixelColor(0, 0, 0));
        picture.Pixels[4 * 3] = 130;
        Picture smooth = Enhancement.Sharpness(picture, 0);
        Assert.Equal(50, smooth.Pixels[12]);
        picture.Pixels[0] = 13;
        smooth = Enhancement.Sharpness(picture, 0);
        Assert.Equal((13, 51), (smooth.Pixels[0], smooth.Pixels[12]));
    }

    [Fact]
    public void Posterize_and_solarize_map_values()
    {
        var levels = new Picture(1, 1, [0x37, 0x80, 0xFF]);
        Assert.Equal<byte>([0x30, 0x80, 0xF0], ToneCurve.Posterize(levels, 4).Pixels);
        Assert.Equal<byte>([0x37, 0x7F, 0], ToneCurve.Solarize(levels, 128).Pixels);
    }

    [Fact]
    public void Autocontrast_stretches_each_channel()
    {
        var picture = new Picture(1, 3, [50, 7, 0, 100, 7, 255, 150, 7, 3]);
        Assert.Equal<byte>([0, 7, 0, 127, 7, 255, 255, 7, 3], ToneCurve.AutoContrast(picture).Pixels);
    }

    [Fact]
    public void Equalize_spreads_values_by_their_rank()
    {
        // 512 pixels of 256 levels twice: two of each but the last make a step of (512 - 2) / 255 = 2, and level v becomes (1 + 2 v) / 2 = v.
        byte[] even = [.. Enumerable.Range(0, 512).SelectMany(i => Enumerable.Repeat((byte)(i / 2), 3))];
        Assert.Equal(even, ToneCurve.Equalize(new Picture(16, 32, even)).Pixels);

        // Four levels of 256 pixels each: the step is (1024 - 256) / 255 = 3, and 1 / 3, 257 / 3, 513 / 3 and 769 / 3, cut off at 255, are the new ones.
        byte[] four = [.. Enumerable.Range(0, 1024).SelectMany(i => Enumerable.Repeat((byte)(100 + (i / 256)), 3))];
        Assert.Equal<byte>([0, 85, 171, 255], ToneCurve.Equalize(new Picture(32, 32, four)).Pixels.Distinct());
        Assert.Equal(Two.Pixels, ToneCurve.Equalize(Two).Pixels);
    }

    [Fact]
    public void Shift_shear_and_turn_move_pixels_and_leave_black()
    {
        var row = new Picture(1, 3, [1, 1, 1, 2, 2, 2, 3, 3, 3]);
        Assert.Equal<byte>([0, 0, 0, 1, 1, 1, 2, 2, 2], AffineWarp.Translate(row, 1, 0).Pixels);
        Assert.All(AffineWarp.Translate(row, 0, 1).Pixels, p => Assert.Equal(0, p));
        Picture square = Samples.Noise(4, 4);
        Assert.Equal(square.Pixels, AffineWarp.Rotate(square, 0).Pixels);
        Assert.Equal(AffineWarp.Rotate(AffineWarp.Rotate(square, 90), 90).Pixels, AffineWarp.Rotate(square, 180).Pixels);

        // A quarter against the clock: the upper right corner becomes the upper left one.
        Assert.Equal(square.Pixels[9..12], AffineWarp.Rotate(square, 90).Pixels[0..3]);

        // Row y is taken from x + y + 0.5 (pixels at their middle): the second row moves one to the left.
        Picture sheared = AffineWarp.ShearX(square, 1);
        Assert.Equal(square.Pixels[(12 + 6)..24], sheared.Pixels[12..(12 + 6)]);
        Assert.Equal(AffineWarp.ShearY(square, 0).Pixels, square.Pixels);
    }

    [Fact]
    public void Hue_turns_red_to_green_and_back()
    {
        var red = new Picture(1, 1, [255, 0, 0]);
        Assert.Equal<byte>([0, 255, 0], HueShift.Apply(red, 1.0 / 3).Pixels);
        Assert.Equal<byte>([90, 90, 90], HueShift.Apply(Samples.Plain(1, 1, new PixelColor(90, 90, 90)), 0.4).Pixels);
        Picture noise = Samples.Noise(20, 20);
        Assert.All(noise.Pixels.Zip(HueShift.Apply(noise, 0).Pixels), pair => Assert.InRange(pair.First - pair.Second, -12, 12));
    }

    [Fact]
    public void Operations_of_no_strength_change_nothing_but_histograms()
    {
        Picture noise = Samples.Noise(40, 40), picture = new(40, 40, [.. noise.Pixels.Select(p => (byte)(20 + (p / 2)))]);
        for (int kind = 0; kind < RandAugment.Kinds; kind++)
        {
            byte[] weak = RandAugment.Apply(picture, kind, 0, -1).Pixels, strong = RandAugment.Apply(picture, kind, 1, 1).Pixels;
            bool byHistogram = kind is 12 or 13;
            Assert.True(byHistogram || weak.AsSpan().SequenceEqual(picture.Pixels), $"kind {kind}");
            Assert.Equal(kind == 0, strong.AsSpan().SequenceEqual(picture.Pixels));
        }
    }
}
