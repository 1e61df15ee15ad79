using Tailor.Foundation;

namespace Tailor.Imaging.Tests;

public class ResamplerTests
{
    private static readonly ResampleFilter[] Smooth = [ResampleFilter.Bilinear, ResampleFilter.Bicubic, ResampleFilter.Lanczos];

    [Fact]
    public void Every_width_of_vectors_gives_the_same_bytes()
    {
        Assert.Contains(0, PixelSimd.Available);
        RandomStream random = RandomStream.For(7, "sizes");
        for (int i = 0; i < 300; i++)
        {
            Picture picture = Samples.Noise(1 + random.NextInt(60), 1 + random.NextInt(60), i);
            PixelArea area = Part(picture, ref random);
            (int height, int width) = (1 + random.NextInt(60), 1 + random.NextInt(60));
            foreach (ResampleFilter filter in Smooth)
            {
                byte[] plain = Resampler.Resize(picture, area, height, width, filter, bits: 0).Pixels;
                foreach (int bits in PixelSimd.Available)
                {
                    Assert.True(plain.AsSpan().SequenceEqual(Resampler.Resize(picture, area, height, width, filter, bits).Pixels), $"{bits} bits, {area} of {picture.Width} x {picture.Height} to {width} x {height}, {filter}");
                }
            }
        }
    }

    [Fact]
    public void Extreme_pixels_and_reductions_agree_too()
    {
        foreach (int size in new[] { 700, 1031 })
        {
            Picture picture = Samples.Noise(size, 5);
            for (int i = 0; i < picture.Pixels.Length; i++)
            {
                picture.Pixels[i] = (byte)(picture.Pixels[i] > 127 ? 255 : 0);
            }

            foreach (ResampleFilter filter in Smooth)
            {
                byte[] plain = Resampler.Resize(picture, PixelArea.Of(picture), 3, 900, filter, bits: 0).Pixels;
                Assert.All(PixelSimd.Available, bits => Assert.Equal(plain, Resampler.Resize(picture, PixelArea.Of(picture), 3, 900, filter, bits).Pixels));
            }
        }
    }

    [Fact]
    public void Resize_agrees_with_the_definition_in_floating_point()
    {
        RandomStream random = RandomStream.For(8, "sizes");
        for (int i = 0; i < 60; i++)
        {
            Picture picture = Samples.Noise(1 + random.NextInt(40), 1 + random.NextInt(40), i);
            (int height, int width) = (1 + random.NextInt(40), 1 + random.NextInt(40));
            byte[] actual = Resampler.Resize(picture, height, width, ResampleFilter.Bilinear).Pixels;
            double[] expected = Triangle(picture, height, width);

            // Two roundings to bytes: at most one half each, and no more than one in all.
            Assert.All(actual.Zip(expected), pair => Assert.InRange(pair.First - pair.Second, -1.01, 1.01));
        }
    }

    [Fact]
    public void A_plain_picture_stays_plain()
    {
        Picture picture = Samples.Plain(17, 23, new PixelColor(0, 201, 255));
        Assert.All(Enum.GetValues<ResampleFilter>(), filter => Assert.Equal(Samples.Plain(40, 5, new PixelColor(0, 201, 255)).Pixels, Resampler.Resize(picture, 40, 5, filter).Pixels));
    }

    [Fact]
    public void A_part_is_resized_as_if_it_were_cut_out_first()
    {
        RandomStream random = RandomStream.For(9, "sizes");
        for (int i = 0; i < 50; i++)
        {
            Picture picture = Samples.Noise(30, 20, i);
            PixelArea area = Part(picture, ref random);
            ResampleFilter filter = (ResampleFilter)(i % 4);
            Assert.Equal(Resampler.Resize(picture.Crop(area), 12, 16, filter).Pixels, Resampler.Resize(picture, area, 12, 16, filter).Pixels);
        }
    }

    [Fact]
    public void A_picture_of_the_right_size_is_given_back()
    {
        Picture picture = Samples.Noise(5, 6);
        Assert.Same(picture, Resampler.Resize(picture, 5, 6, ResampleFilter.Bicubic));
    }

    [Fact]
    public void Nearest_takes_the_pixel_under_the_middle()
    {
        Picture picture = Samples.Noise(1, 5);
        byte[] red = [.. Resampler.Resize(picture, 1, 3, ResampleFilter.Nearest).Pixels.Where((_, i) => i % 3 == 0)];
        Assert.Equal<byte>([picture.Pixels[0], picture.Pixels[6], picture.Pixels[12]], red);
    }

    [Fact]
    public void Height_is_reduced_first_where_it_is_reduced_more()
    {
        Picture picture = Samples.Noise(60, 30);
        Picture rowsFirst = Resampler.Resize(Resampler.Resize(picture, 20, 30, ResampleFilter.Bicubic), 20, 25, ResampleFilter.Bicubic);
        Assert.Equal(rowsFirst.Pixels, Resampler.Resize(picture, 20, 25, ResampleFilter.Bicubic).Pixels);
        Picture columnsFirst = Resampler.Resize(Resampler.Resize(picture, 60, 9, ResampleFilter.Bicubic), 20, 9, ResampleFilter.Bicubic);
        Assert.Equal(columnsFirst.Pixels, Resampler.Resize(picture, 20, 9, ResampleFilter.Bicubic).Pixels);
    }

    private static PixelArea Part(Picture picture, ref RandomStream random)
    {
        int height = 1 + random.NextInt(picture.Height), width = 1 + random.NextInt(picture.Width);
        return new PixelArea(random.NextInt(picture.Height - height + 1), random.NextInt(picture.Width - width + 1), height, width);
    }

    /// <summary>The triangle filter straight from its definition, without fixed point and without rounding between the passes.</summary>
    private static double[] Triangle(Picture picture, int height, int width)
    {
        double[][] rows = Weights(picture.Height, height), columns = Weights(picture.Width, width);
        var result = new double[height * width * 3];
        for (int i = 0; i < result.Length; i++)
        {
            (int y, int x, int channel) = (i / 3 / width, i / 3 % width, i % 3);
            for (int r = 0; r < picture.Height; r++)
            {
                for (int c = 0; rows[y][r] != 0 && c < picture.Width; c++)
                {
                    result[i] += rows[y][r] * columns[x][c] * picture.Pixels[(((r * picture.Width) + c) * 3) + channel];
                }
            }
        }

        return result;
    }

    private static double[][] Weights(int from, int to)
    {
        double scale = (double)from / to, stretch = Math.Max(scale, 1);
        return [.. Enumerable.Range(0, to).Select(i =>
        {
            double[] weights = from == to ? [.. Enumerable.Range(0, from).Select(k => k == i ? 1.0 : 0)] : [.. Enumerable.Range(0, from).Select(k => Math.Max(0, 1 - Math.Abs((k + 0.5 - ((i + 0.5) * scale)) / stretch)))];
            return weights.Select(w => w / weights.Sum()).ToArray();
        })];
    }
}
