using System.Buffers.Binary;
using System.IO.Compression;
using SkiaSharp;
using Tailor.Backbones;
using Tailor.Foundation;

namespace Tailor.EndToEnd.Tests;

/// <summary>
/// What the tests of pictures start from: PNG files of three classes, told apart by a colour, in folders of parts; a ViT of 3 blocks x 16 with random weights; runs on them. The commands name everything relative to the folder they run in.
/// </summary>
internal sealed class PictureWorld : IDisposable
{
    /// <summary>Pictures of train, dev and test.</summary>
    public const int TrainCount = 24, DevCount = 12, TestCount = 12;

    private static readonly string[] Classes = ["blue", "green", "red"];
    private static readonly (string Part, int[] Counts)[] Parts = [("train", [4, 8, 12]), ("dev", [4, 4, 4]), ("test", [4, 4, 4])];

    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<string> _finished;

    public PictureWorld()
    {
        foreach ((string part, int[] counts) in Parts)
        {
            for (int label = 0; label < Classes.Length; label++)
            {
                Directory.CreateDirectory(_folder.In($"pictures/{part}/{Classes[label]}"));
                for (int i = 0; i < counts[label]; i++)
                {
                    _folder.Write($"pictures/{part}/{Classes[label]}/{i}.png", Png(label, part, i));
                }
            }
        }

        WriteModel(_folder.In("vit"));
        _finished = new(() =>
        {
            ProcessResult result = TailorProcess.Run([.. Train("lift"), "--out", "lifted"], input: null, _folder.Path);
            return result.ExitCode == 0 ? _folder.In("lifted") : throw new InvalidOperationException(result.Error);
        });
    }

    /// <summary>The arguments of a short run, without <c>--out</c>.</summary>
    public static string[] Train(string recipe, string data = "pictures") => ["train", "--quiet", "--data", data, "--model", "vit", "--recipe", recipe, .. Small(recipe)];

    /// <summary>Settings of a recipe for pictures as few and a model as small as these.</summary>
    public static string[] Small(string recipe)
    {
        string[] changes = ["stages.0.batch_size=8", "stages.0.epochs=4", .. recipe == "lpt" ? Prompts : []];
        return [.. changes.SelectMany(change => new[] { "--set", change })];
    }

    private static string[] Prompts => ["stages.1.batch_size=8", "stages.1.epochs=4", "adapter.tokens=2", "adapter.shared_layers=1", "adapter.pool=4"];

    /// <summary>Copies pictures and model.</summary>
    public void CopyTo(TemporaryFolder place)
    {
        TinyWorld.CopyFolder(_folder.In("pictures"), place.In("pictures"));
        TinyWorld.CopyFolder(_folder.In("vit"), place.In("vit"));
    }

    /// <summary>Copies the model of a finished run of lift.</summary>
    public void CopyTuned(TemporaryFolder place, string name) => TinyWorld.CopyFolder(Path.Combine(_finished.Value, "model"), place.In(name));

    /// <summary>Writes the training and test pictures' like as IDX files: grey, brighter at the top, in the middle or at the bottom.</summary>
    public static void WriteIdx(TemporaryFolder place, string folder)
    {
        const int side = 12;
        Directory.CreateDirectory(place.In(folder));
        foreach ((string name, int count) in new[] { ("train", 36), ("t10k", 12) })
        {
            byte[] labels = [.. Enumerable.Range(0, count).Select(i => (byte)((i % 6) switch { < 3 => 0, < 5 => 1, _ => 2 }))];
            RandomStream random = RandomStream.For(4, name);
            byte[] pixels = [.. labels.SelectMany(label => Enumerable.Range(0, side * side).Select(p => (byte)(random.NextInt(100) + (p / side / 4 == label ? 150 : 0))))];
            place.Write($"{folder}/{name}-images-idx3-ubyte.gz", Idx([count, side, side], pixels));
            place.Write($"{folder}/{name}-labels-idx1-ubyte.gz", Idx([count], labels));
        }
    }

    /// <summary>A PNG whose header claims a size, and which holds next to nothing.</summary>
    public static byte[] HollowPng(int width, int height)
    {
        byte[] png = Png(0, "hollow", 0);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), height);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), Crc(png.AsSpan(12, 17)));
        return png;
    }

    /// <summary>A PNG of one pixel.</summary>
    public static byte[] OnePixel() => Png(1, 1, (_, _) => new SKColor(200, 10, 10));

    public void Dispose() => _folder.Dispose();

    private static byte[] Png(int label, string part, int index)
    {
        RandomStream random = RandomStream.For(label, part, index);
        int width = 10 + random.NextInt(11), height = 10 + random.NextInt(11);
        byte Level(int channel) => (byte)(random.NextInt(100) + (channel == label ? 120 : 0));
        return Png(width, height, (_, _) => new SKColor(Level(2), Level(1), Level(0)));
    }

    private static byte[] Png(int width, int height, Func<int, int, SKColor> color)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (int i = 0; i < width * height; i++)
        {
            bitmap.SetPixel(i % width, i / width, color(i % width, i / width));
        }

        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private static byte[] Idx(int[] sizes, byte[] content)
    {
        byte[] header = new byte[4 + (sizes.Length * 4)];
        (header[2], header[3]) = (8, (byte)sizes.Length);
        for (int i = 0; i < sizes.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + (i * 4)), sizes[i]);
        }

        using var stream = new MemoryStream();
        using (var zip = new GZipStream(stream, CompressionLevel.Fastest))
        {
            zip.Write([.. header, .. content]);
        }

        return stream.ToArray();
    }

    /// <summary>PNG's checksum (ISO 3309).</summary>
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320u);
            }
        }

        return ~crc;
    }

    private static void WriteModel(string directory)
    {
        var config = new VisionConfig { Architecture = VisionArchitecture.Vit, HiddenSize = 16, Layers = 3, Heads = 2, IntermediateSize = 32, ImageSize = 12, PatchSize = 4, InitializerRange = 0.3, LayerNormEpsilon = 1e-6 };
        using VisionBackbone backbone = VisionBackbone.Create(config, 5);
        backbone.Save(directory);
    }
}
