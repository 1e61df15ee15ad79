using System.CommandLine;
using System.Globalization;
using SkiaSharp;
using Tailor.Foundation;
using Tailor.Imaging;

namespace Tailor.Bench;

/// <summary><c>pictures</c>: how many pictures a second are decoded and made ready for the model.</summary>
internal sealed class PicturesCommand : Command
{
    private const int Width = 300, Height = 200, Count = 256;

    private readonly RoundsOption _rounds = new("Counted rounds.", 7);

    public PicturesCommand()
        : base("pictures", $"Decodes JPEGs of {Width} x {Height}, resizes them to 224 and normalises them.")
    {
        Add(_rounds);
        SetAction(Run);
    }

    private void Run(ParseResult parsed)
    {
        int rounds = _rounds.Get(parsed);
        string folder = Directory.CreateTempSubdirectory("tailor-bench-").FullName;
        try
        {
            ImageSource[] sources = [.. Enumerable.Range(0, Count).Select(i => new FileImageSource(Write(folder, i)))];
            var processor = new ImageProcessor();
            Picture[] decoded = [.. sources.Select(source => source.Load())];
            float[] output = new float[3 * 224 * 224];
            int[][] batches = [.. Enumerable.Range(0, Count).Chunk(32)];
            Console.WriteLine($"{Environment.ProcessorCount} processors; pictures a second, best and median of {rounds} rounds of {Count}\n\n| what | best | median |\n|---|---:|---:|");
            Show("decode, one thread", rounds, () => Array.ForEach(sources, source => source.Load()));
            Show("resize to 224 x 224 and normalise, one thread", rounds, () => Array.ForEach(decoded, picture => processor.Apply(picture, default, output)));
            Show("decode, resize and normalise, one thread", rounds, () => Array.ForEach(sources, source => processor.Apply(source.Load(), default, output)));
            for (int threads = 1; threads <= Environment.ProcessorCount; threads *= 2)
            {
                var options = new PictureBatchOptions { Threads = threads };
                Show(string.Create(CultureInfo.InvariantCulture, $"batches of 32, {threads} thread{(threads > 1 ? "s" : "")}"), rounds, () =>
                {
                    foreach (PictureBatch batch in PictureBatches.Read(sources, batches, processor, options))
                    {
                        batch.Dispose();
                    }
                });
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Show(string what, int rounds, Action round)
    {
        Rounds times = Rounds.Of(rounds, round);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {1000 * Count / times.Best:F0} | {1000 * Count / times.Median:F0} |"));
    }

    /// <summary>A picture of waves and noise, which is about as hard to decode as a photograph.</summary>
    private static string Write(string folder, int number)
    {
        using var bitmap = new SKBitmap(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        RandomStream random = RandomStream.For(1, "bench pictures", number);
        double a = 3 + (9 * random.NextDouble()), b = 3 + (9 * random.NextDouble());
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                byte Level(int channel) => (byte)Math.Clamp(127 + (110 * Math.Sin((x / a) + channel) * Math.Cos(y / b)) + (8 * random.NextGaussian()), 0, 255);
                bitmap.SetPixel(x, y, new SKColor(Level(0), Level(1), Level(2)));
            }
        }

        string path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{number}.jpg"));
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Jpeg, quality: 85);
        File.WriteAllBytes(path, data.ToArray());
        return path;
    }
}
