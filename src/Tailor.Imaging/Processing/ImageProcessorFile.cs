using System.Text.Json;
using Tailor.Foundation;

namespace Tailor.Imaging;

/// <summary>Reads and writes transformers' <c>preprocessor_config.json</c> (ViT, DeiT, CLIP, DINOv2's Bit).</summary>
public static class ImageProcessorFile
{
    /// <summary>The file's name within a model's directory.</summary>
    public const string Name = "preprocessor_config.json";

    private const int MaxLength = 1 << 20;

    /// <summary>What changes pixels in ways that are not done here, when it is set.</summary>
    private static readonly string[] Unsupported = ["do_pad", "do_flip_channel_order", "do_thumbnail", "do_align_long_axis", "do_crop_margin", "rescale_offset", "offset", "crop_pct"];

    /// <summary>Reads the settings; what a file leaves out has the default of its processor's class.</summary>
    /// <param name="directoryOrFile">A model's directory, or the file.</param>
    /// <exception cref="InputException">The file is missing or no JSON, a value is out of range, or it asks for something that is not done here.</exception>
    public static ImageProcessor Read(string directoryOrFile)
    {
        ArgumentNullException.ThrowIfNull(directoryOrFile);
        string path = Directory.Exists(directoryOrFile) ? Path.Combine(directoryOrFile, Name) : directoryOrFile;
        using JsonDocument document = Parse(path);
        var fields = new JsonFields(path, document.RootElement);
        foreach (string key in Unsupported.Where(fields.IsSet))
        {
            throw InputException.At(path, $"{fields.Raw(key)}", "this step is not done here: use a model whose pictures are resized, cropped and normalised", field: key);
        }

        string? type = fields.Text("image_processor_type") ?? fields.Text("feature_extractor_type");
        ImageProcessor defaults = DefaultsOf(type);
        bool normalize = fields.Flag("do_normalize") ?? true;
        return new ImageProcessor
        {
            ProcessorType = type,
            Resize = fields.Flag("do_resize") ?? true ? fields.Resize("size", defaults.Resize!.ShortestEdge is not null) ?? defaults.Resize : null,
            Filter = fields.Filter("resample") ?? defaults.Filter,
            Crop = fields.Flag("do_center_crop") ?? defaults.Crop is not null ? fields.Crop("crop_size") ?? defaults.Crop ?? (224, 224) : null,
            RescaleFactor = fields.Flag("do_rescale") ?? true ? fields.Positive("rescale_factor") ?? defaults.RescaleFactor : null,
            Mean = normalize ? fields.Channels("image_mean", positive: false) ?? defaults.Mean : null,
            Std = normalize ? fields.Channels("image_std", positive: true) ?? defaults.Std : null,
        };
    }

    /// <summary>Writes the settings as transformers reads them. <see cref="ImageProcessor.CropRounding"/> has no key there: what reads the file rounds down.</summary>
    /// <param name="directory">The model's directory.</param>
    /// <param name="processor">The settings.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string directory, ImageProcessor processor)
    {
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(processor);
        AtomicFile.Write(Path.Combine(directory, Name), stream =>
        {
            using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
            json.WriteStartObject();
            json.WriteString("image_processor_type", processor.ProcessorType ?? (processor.Crop is null && processor.Resize is { ShortestEdge: null } ? "ViTImageProcessor" : "CLIPImageProcessor"));
            json.WriteBoolean("do_convert_rgb", true);
            json.WriteBoolean("do_resize", processor.Resize is not null);
            if (processor.Resize is { } resize)
            {
                json.WriteStartObject("size");
                if (resize.ShortestEdge is { } edge)
                {
                    json.WriteNumber("shortest_edge", edge);
                }
                else
                {
                    WriteSize(json, resize.Height, resize.Width);
                }

                json.WriteEndObject();
            }

            json.WriteNumber("resample", (int)processor.Filter);
            json.WriteBoolean("do_center_crop", processor.Crop is not null);
            if (processor.Crop is { } crop)
            {
                json.WriteStartObject("crop_size");
                WriteSize(json, crop.Height, crop.Width);
                json.WriteEndObject();
            }

            json.WriteBoolean("do_rescale", processor.RescaleFactor is not null);
            if (processor.RescaleFactor is { } factor)
            {
                json.WriteNumber("rescale_factor", factor);
            }

            bool normalizes = processor is { Mean: not null, Std: not null };
            json.WriteBoolean("do_normalize", normalizes);
            if (normalizes)
            {
                WriteChannels(json, "image_mean", processor.Mean!.Value);
                WriteChannels(json, "image_std", processor.Std!.Value);
            }

            json.WriteEndObject();
        });
    }

    /// <summary>What transformers' classes take for keys that a file leaves out.</summary>
    private static ImageProcessor DefaultsOf(string? type)
    {
        if (type is not null && (type.StartsWith("CLIP", StringComparison.Ordinal) || type.StartsWith("Bit", StringComparison.Ordinal)))
        {
            return new ImageProcessor { Resize = ResizeRule.ToShortestEdge(224), Filter = ResampleFilter.Bicubic, Crop = (224, 224), Mean = ChannelValues.ClipMean, Std = ChannelValues.ClipStd };
        }

        return type is not null && type.StartsWith("DeiT", StringComparison.Ordinal)
            ? new ImageProcessor { Resize = ResizeRule.Exactly(256, 256), Filter = ResampleFilter.Bicubic, Crop = (224, 224), Mean = ChannelValues.ImageNetMean, Std = ChannelValues.ImageNetStd }
            : new ImageProcessor();
    }

    private static JsonDocument Parse(string path)
    {
        byte[] content = BoundedFile.Read(path, MaxLength, Name);
        try
        {
            var document = JsonDocument.Parse(content, new JsonDocumentOptions { MaxDepth = 16 });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            throw InputException.At(path, "this is no JSON object", "expected the settings of an image processor, such as {\"size\": 224, ...}");
        }
        catch (JsonException fault)
        {
            throw new InputException($"{path}:{(fault.LineNumber ?? 0) + 1}: not valid JSON; expected the settings of an image processor", fault);
        }
    }

    private static void WriteSize(Utf8JsonWriter json, int height, int width)
    {
        json.WriteNumber("height", height);
        json.WriteNumber("width", width);
    }

    private static void WriteChannels(Utf8JsonWriter json, string key, ChannelValues values)
    {
        json.WriteStartArray(key);
        json.WriteNumberValue(values.Red);
        json.WriteNumberValue(values.Green);
        json.WriteNumberValue(values.Blue);
        json.WriteEndArray();
    }
}
