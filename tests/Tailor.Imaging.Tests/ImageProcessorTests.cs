using System.Text;
using Tailor.Foundation;

namespace Tailor.Imaging.Tests;

public sealed class ImageProcessorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Old_vit_files_have_a_bare_size()
    {
        ImageProcessor processor = Read("""{"do_normalize": true, "do_resize": true, "feature_extractor_type": "ViTFeatureExtractor", "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5], "resample": 2, "size": 224}""");
        Assert.Equal(new ImageProcessor { ProcessorType = "ViTFeatureExtractor" }, processor);
        Assert.Equal((224, 224), processor.OutputSize);
    }

    [Fact]
    public void Clip_takes_a_bare_size_for_the_shorter_edge()
    {
        ImageProcessor processor = Read("""
            {"crop_size": 224, "do_center_crop": true, "do_normalize": true, "do_resize": true, "feature_extractor_type": "CLIPFeatureExtractor",
             "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711], "resample": 3, "size": 224}
            """);
        Assert.Equal(
            new ImageProcessor
            {
                ProcessorType = "CLIPFeatureExtractor",
                Resize = ResizeRule.ToShortestEdge(224),
                Filter = ResampleFilter.Bicubic,
                Crop = (224, 224),
                Mean = ChannelValues.ClipMean,
                Std = ChannelValues.ClipStd,
            },
            processor);
    }

    [Fact]
    public void Dinov2_and_deit_are_read()
    {
        ImageProcessor dino = Read("""
            {"crop_size": {"height": 224, "width": 224}, "do_center_crop": true, "do_convert_rgb": true, "do_normalize": true, "do_rescale": true, "do_resize": true, "image_mean": [0.485, 0.456, 0.406],
             "image_processor_type": "BitImageProcessor", "image_std": [0.229, 0.224, 0.225], "resample": 3, "rescale_factor": 0.00392156862745098, "size": {"shortest_edge": 256}}
            """);
        Assert.Equal((ResizeRule.ToShortestEdge(256), ResampleFilter.Bicubic, ChannelValues.ImageNetMean), (dino.Resize, dino.Filter, dino.Mean));
        Assert.Equal((224, 224), dino.OutputSize);
        ImageProcessor deit = Read("""{"image_processor_type": "DeiTImageProcessor"}""");
        Assert.Equal((ResizeRule.Exactly(256, 256), (224, 224), ChannelValues.ImageNetStd), (deit.Resize, deit.Crop!.Value, deit.Std));
    }

    [Fact]
    public void What_is_switched_off_is_off()
    {
        ImageProcessor processor = Read("""{"do_resize": false, "do_rescale": false, "do_normalize": false, "do_center_crop": false}""");
        Assert.Equal(new ImageProcessor { Resize = null, RescaleFactor = null, Mean = null, Std = null }, processor);
        Picture picture = Samples.Noise(3, 2);
        Assert.Equal(Enumerable.Range(0, 18).Select(i => (float)picture.Pixels[(i % 6 * 3) + (i / 6)]), processor.Process(picture));
        Assert.Null(processor.OutputSize);
    }

    [Fact]
    public void Writing_and_reading_gives_the_same_settings()
    {
        ImageProcessor[] all =
        [
            new(), ImageProcessor.Lpt with { CropRounding = CropRounding.Down }, new() { Resize = ResizeRule.ToShortestEdge(99), Crop = (50, 70), Filter = ResampleFilter.Lanczos, Mean = new(0.1f, 0.2f, 0.3f) },
            new() { Resize = null, RescaleFactor = null, Mean = null, Std = null }, new() { ProcessorType = "BitImageProcessor", Crop = null, RescaleFactor = 1.0 / 127.5 },
        ];
        Assert.All(all, processor =>
        {
            ImageProcessorFile.Write(_folder.Path, processor);
            Assert.Equal(processor, ImageProcessorFile.Read(_folder.Path) with { ProcessorType = processor.ProcessorType });
        });
    }

    [Theory]
    [InlineData("""{"size": {"shortest_edge": 0}}""", "size: found 0; expected 1 to 16,384 pixels")]
    [InlineData("""{"size": {"longest_edge": 800, "shortest_edge": 400}}""", "a longest edge is not supported: give shortest_edge, or height and width")]
    [InlineData("""{"size": {"height": 100000, "width": 4}}""", "size: found 100000; expected 1 to 16,384 pixels")]
    [InlineData("""{"resample": 5}""", "resample: found 5; expected 0 (nearest), 1 (Lanczos), 2 (bilinear) or 3 (bicubic)")]
    [InlineData("""{"image_std": [0.5, 0, 0.5]}""", "image_std: found [0.5, 0, 0.5]; expected three numbers above 0, for red, green and blue")]
    [InlineData("""{"image_mean": [0.5]}""", "image_mean: found [0.5]; expected three numbers, for red, green and blue")]
    [InlineData("""{"do_pad": true}""", "do_pad: true; this step is not done here")]
    [InlineData("""{"do_resize": 1}""", "do_resize: found 1; expected true or false")]
    [InlineData("""{"rescale_factor": -1}""", "rescale_factor: found -1; expected a number above 0")]
    [InlineData("""[1]""", "this is no JSON object")]
    [InlineData("""{"size": """, ":1: not valid JSON")]
    public void Faults_are_named(string json, string message)
    {
        string fault = Assert.Throws<InputException>(() => Read(json)).Message;
        Assert.Contains(message, fault, StringComparison.Ordinal);
        Assert.Contains(ImageProcessorFile.Name, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_are_those_of_single_precision_division()
    {
        Picture levels = Picture.Black(1, 256);
        for (int i = 0; i < levels.Pixels.Length; i++)
        {
            levels.Pixels[i] = (byte)(i / 3);
        }

        float[] actual = new ImageProcessor { Resize = null, Mean = ChannelValues.ClipMean, Std = ChannelValues.ClipStd }.Process(levels);
        for (int i = 0; i < 256; i++)
        {
            Assert.Equal(((i / 255f) - 0.48145466f) / 0.26862954f, actual[i]);
            Assert.Equal(((i / 255f) - 0.40821073f) / 0.27577711f, actual[512 + i]);
        }
    }

    [Theory]
    [InlineData(CropRounding.Down, 9, 6, 1)]
    [InlineData(CropRounding.Down, 11, 6, 2)]
    [InlineData(CropRounding.HalfEven, 9, 6, 2)]
    [InlineData(CropRounding.HalfEven, 11, 6, 2)]
    [InlineData(CropRounding.HalfEven, 13, 6, 4)]
    public void Centre_crop_rounds_as_its_library(CropRounding rounding, int size, int crop, int start)
    {
        Picture picture = Samples.Noise(size, 4);
        Picture middle = new ImageProcessor { Resize = null, Crop = (crop, 4), CropRounding = rounding }.Fit(picture);
        Assert.Equal(picture.Pixels[(start * 12)..((start + crop) * 12)], middle.Pixels);
    }

    [Theory]
    [InlineData(CropRounding.Down, 2)]
    [InlineData(CropRounding.HalfEven, 1)]
    public void A_picture_smaller_than_the_crop_gets_a_black_border(CropRounding rounding, int left)
    {
        Picture fitted = new ImageProcessor { Resize = null, Crop = (4, 5), CropRounding = rounding }.Fit(Samples.Plain(2, 2, new PixelColor(9, 9, 9)));
        for (int i = 0; i < 20; i++)
        {
            bool inside = i / 5 is 1 or 2 && i % 5 >= left && i % 5 < left + 2;
            Assert.Equal(inside ? 9 : 0, fitted.Pixels[i * 3]);
        }
    }

    [Theory]
    [InlineData(300, 200, 224, 336, 224)]
    [InlineData(200, 301, 224, 224, 337)]
    [InlineData(7, 7, 3, 3, 3)]
    public void The_longer_edge_keeps_its_proportion_rounded_down(int width, int height, int edge, int newWidth, int newHeight) =>
        Assert.Equal((newHeight, newWidth), ResizeRule.ToShortestEdge(edge).SizeFor(height, width));

    [Fact]
    public void Lpt_squeezes_and_takes_the_middle()
    {
        Picture picture = Samples.Noise(100, 300);
        Picture squeezed = Resampler.Resize(picture, 256, 256, ResampleFilter.Bilinear);
        Assert.Equal(squeezed.Crop(new PixelArea(16, 16, 224, 224)).Pixels, ImageProcessor.Lpt.Fit(picture).Pixels);
    }

    private ImageProcessor Read(string json)
    {
        _folder.Write(ImageProcessorFile.Name, Encoding.UTF8.GetBytes(json));
        return ImageProcessorFile.Read(_folder.Path);
    }
}
