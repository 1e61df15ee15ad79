using System.Text.Json.Nodes;
using Tailor.Engine;
using Tailor.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Goldens.Tests;

/// <summary>images/, images.safetensors: pictures as Pillow decodes them (as stored: orientation and transparency left alone), and what its resize and torchvision's crop make of them.</summary>
public class ImageGoldens
{
    private static readonly DecodeOptions AsStored = new() { ApplyOrientation = false };

    private static string[] Pictures => Directory.Exists(GoldenFolder.Of("images")) ? [.. Directory.GetFiles(GoldenFolder.Of("images")).Order(StringComparer.Ordinal)] : [];

    public static TheoryData<string> Processors => File.Exists(GoldenFolder.Of("images.json")) ? [.. Settings.Select(p => p.Key)] : [];

    private static JsonObject Settings => JsonNode.Parse(File.ReadAllText(GoldenFolder.Of("images.json")))!.AsObject();

    [Fact]
    public void Pictures_are_decoded_to_the_same_bytes()
    {
        using SafetensorsFile golden = SafetensorsFile.Open(GoldenFolder.Require("images.safetensors"));
        Libtorch.Load(1);
        Tally.RunAll("image decode", Pictures, file => Path.GetFileName(file), file =>
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor expected = golden.Read($"{Path.GetFileName(file)}.rgb");
            Picture picture = PictureDecoder.Decode(file, AsStored);
            Assert.Equal([picture.Height, picture.Width, Picture.Channels], expected.shape.AsSpan());
            Assert.True(expected.data<byte>().ToArray().AsSpan().SequenceEqual(picture.Pixels), "other bytes");
        });
    }

    [Theory]
    [MemberData(nameof(Processors))]
    public void Processor_gives_the_same_numbers(string name)
    {
        ImageProcessor processor = Processor(Settings[name]!.AsObject());
        using SafetensorsFile golden = SafetensorsFile.Open(GoldenFolder.Require("images.safetensors"));
        Libtorch.Load(1);
        Tally.RunAll("image processor", Pictures, file => $"{Path.GetFileName(file)} by {name}", file =>
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor expected = golden.Read($"{Path.GetFileName(file)}.{name}");
            Picture fitted = processor.Fit(PictureDecoder.Decode(file, AsStored));
            Assert.Equal([Picture.Channels, fitted.Height, fitted.Width], expected.shape.AsSpan());
            float[] numbers = new float[fitted.Pixels.Length];
            processor.Normalize(fitted, numbers);
            Assert.Equal(expected.data<float>().ToArray(), numbers);
        });
    }

    private static ImageProcessor Processor(JsonObject settings) => new()
    {
        Resize = settings["resize"] is JsonArray size ? ResizeRule.Exactly(size[1]!.GetValue<int>(), size[0]!.GetValue<int>()) : ResizeRule.ToShortestEdge(settings["shortest_edge"]!.GetValue<int>()),
        Filter = settings["filter"]!.GetValue<string>() == "bilinear" ? ResampleFilter.Bilinear : ResampleFilter.Bicubic,
        Crop = settings["center_crop"] is { } crop ? (crop.GetValue<int>(), crop.GetValue<int>()) : null,
        CropRounding = CropRounding.HalfEven,
        Mean = Channels(settings["mean"]!),
        Std = Channels(settings["std"]!),
    };

    private static ChannelValues Channels(JsonNode values) => new(values[0]!.GetValue<float>(), values[1]!.GetValue<float>(), values[2]!.GetValue<float>());
}
