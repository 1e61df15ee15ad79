using Tailor.Foundation;

namespace Tailor.Imaging.Tests;

public class AugmentationTests
{
    private static readonly ImageProcessor Small = new() { Resize = ResizeRule.Exactly(16, 16) };

    [Fact]
    public void Random_resized_crops_stay_within_their_ranges()
    {
        RandomStream random = RandomStream.For(1, "test");
        double sum = 0;
        const int Draws = 4000;
        for (int i = 0; i < Draws; i++)
        {
            PixelArea area = RandomCrop.Resized(200, 300, 0.08, 1, 3.0 / 4, 4.0 / 3, ref random);
            Assert.True(area is { Top: >= 0, Left: >= 0 } && area.Top + area.Height <= 200 && area.Left + area.Width <= 300);
            Assert.InRange((double)area.Width / area.Height, 0.73, 1.36);
            double share = area.Width * area.Height / 60_000.0;
            Assert.InRange(share, 0.078, 1);
            sum += share;
        }

        // A crop of proportions r fits up to a share L = 2 r / 3, with r log-uniform: the mean of those that fit is (E[L^2] - 0.08^2) / 2 / (E[L] - 0.08) = 0.388.
        Assert.InRange(sum / Draws, 0.376, 0.400);
    }

    [Theory]
    [InlineData(10, 100, 10, 13, 0, 43)]
    [InlineData(100, 10, 13, 10, 43, 0)]
    public void A_picture_too_narrow_for_the_ratios_gives_its_middle(int height, int width, int cropHeight, int cropWidth, int top, int left)
    {
        RandomStream random = RandomStream.For(1, "test");
        Assert.Equal(new PixelArea(top, left, cropHeight, cropWidth), RandomCrop.Resized(height, width, 0.9, 1, 3.0 / 4, 4.0 / 3, ref random));
    }

    [Fact]
    public void The_minimalist_scale_rises_along_a_quarter_circle()
    {
        double[] scales = [.. Enumerable.Range(0, 5).Select(epoch => RandomCrop.MinimalistScale(0.08, epoch, 5))];
        double[] expected = [0.08, 0.08 + (0.92 * 0.031754163), 0.08 + (0.92 * 0.133974596), 0.08 + (0.92 * 0.338562172), 1];
        Assert.All(scales.Zip(expected), s => Assert.Equal(s.Second, s.First, 8));
        Assert.Equal(0.08, RandomCrop.MinimalistScale(0.08, 0, 1));
    }

    [Fact]
    public void Minimalist_crops_are_squares_and_the_last_epoch_takes_all()
    {
        RandomStream random = RandomStream.For(2, "test");
        for (int i = 0; i < 200; i++)
        {
            PixelArea area = RandomCrop.Resized(90, 60, 0.08, 1, 1, 1, ref random);
            Assert.Equal(area.Width, area.Height);
        }

        Picture picture = Samples.Noise(40, 40);
        Picture last = new ImageAugmentation(ImageAugmentationOptions.Minimalist, Small, 5, epoch: 4, epochs: 5).Augment(picture, new PictureDraw(3));
        Assert.Equal(Small.Fit(picture).Pixels, last.Pixels);
    }

    [Fact]
    public void What_is_drawn_depends_on_seed_epoch_example_and_occurrence_alone()
    {
        Picture picture = Samples.Noise(40, 50);
        var options = new ImageAugmentationOptions { ColorJitter = new() { Brightness = 0.4, Contrast = 0.4, Saturation = 0.4, Hue = 0.1 }, RandAugment = new() };
        byte[] Of(long seed, int epoch, int example, int occurrence) => new ImageAugmentation(options, Small, seed, epoch, 10).Augment(picture, new PictureDraw(example, occurrence)).Pixels;
        byte[] first = Of(1, 0, 0, 0);
        Assert.Equal(first, Of(1, 0, 0, 0));
        Assert.NotEqual(first, Of(2, 0, 0, 0));
        Assert.NotEqual(first, Of(1, 1, 0, 0));
        Assert.NotEqual(first, Of(1, 0, 1, 0));
        Assert.NotEqual(first, Of(1, 0, 0, 1));
    }

    [Fact]
    public void Half_of_the_pictures_are_mirrored_and_a_pad_moves_them()
    {
        Picture picture = Samples.Noise(16, 16);
        var flips = new ImageAugmentation(new ImageAugmentationOptions { Crop = TrainingCrop.None }, Small, 1, 0, 1);
        int flipped = 0;
        for (int i = 0; i < 400; i++)
        {
            byte[] pixels = flips.Augment(picture, new PictureDraw(i)).Pixels;
            Assert.True(pixels.AsSpan().SequenceEqual(picture.Pixels) || pixels.AsSpan().SequenceEqual(picture.Flip().Pixels));
            flipped += pixels.AsSpan().SequenceEqual(picture.Pixels) ? 0 : 1;
        }

        Assert.InRange(flipped, 160, 240);
        var pads = new ImageAugmentation(ImageAugmentationOptions.Small with { Flip = 0 }, Small, 1, 0, 1);
        var places = new HashSet<(int, int)>();
        for (int i = 0; i < 1500; i++)
        {
            byte[] pixels = pads.Augment(picture, new PictureDraw(i)).Pixels;
            (int, int)[] found = [.. from top in Enumerable.Range(-4, 9) from left in Enumerable.Range(-4, 9) where pixels.AsSpan().SequenceEqual(picture.Crop(new PixelArea(top, left, 16, 16)).Pixels) select (top, left)];
            places.Add(Assert.Single(found));
        }

        Assert.Equal(81, places.Count);
    }

    [Fact]
    public void Small_pictures_are_brought_to_the_input_size_after_the_pad()
    {
        var large = new ImageAugmentation(ImageAugmentationOptions.Small, new ImageProcessor(), 1, 0, 1);
        float[] output = new float[3 * 224 * 224];
        large.Apply(Samples.Noise(32, 32), new PictureDraw(0), output);
        Assert.Contains(output, v => v is not (0 or -1));
    }

    [Fact]
    public void Five_crops_are_the_corners_and_the_middle()
    {
        Picture picture = Samples.Noise(20, 41);
        var crop = new FiveCrop(new ImageProcessor(), Size: 17, Expand: 3);
        PixelArea[] expected = [new(0, 0, 17, 17), new(0, 24, 17, 17), new(3, 0, 17, 17), new(3, 24, 17, 17), new(2, 12, 17, 17)];
        Assert.Equal(expected.Select(a => picture.Crop(a).Pixels), crop.Crops(picture).Select(c => c.Pixels));
        float[] output = new float[5 * 3 * 17 * 17], one = new float[3 * 17 * 17];
        crop.Apply(picture, default, output);
        new ImageProcessor().Normalize(picture.Crop(expected[3]), one);
        Assert.Equal(one, output[(3 * one.Length)..(4 * one.Length)]);
    }

    [Theory]
    [InlineData("min_scale", 0)]
    [InlineData("max_ratio", 0.1)]
    [InlineData("flip", 1.5)]
    [InlineData("hue", 0.6)]
    [InlineData("magnitude", 31)]
    public void Options_out_of_range_are_named(string field, double value)
    {
        var options = new ImageAugmentationOptions();
        options = field switch
        {
            "min_scale" => options with { MinScale = value },
            "max_ratio" => options with { MaxRatio = value },
            "flip" => options with { Flip = value },
            "hue" => options with { ColorJitter = new() { Hue = value } },
            _ => options with { RandAugment = new() { Magnitude = (int)value } },
        };
        Assert.StartsWith($"r.yaml: {field}: {value}; expected ", Assert.Throws<InputException>(() => options.Check("r.yaml")).Message, StringComparison.Ordinal);
    }
}
