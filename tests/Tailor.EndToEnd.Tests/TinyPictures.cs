using SkiaSharp;
using Tailor.Backbones;
using Tailor.EndToEnd.Tests;
using Tailor.Engine;
using Tailor.Foundation;

[assembly: AssemblyFixture(typeof(TinyPictures))]

namespace Tailor.EndToEnd.Tests;

/// <summary>Folders of small PNGs of five classes with a long tail, a ViT of 3 layers x 16, and a finished run of LPT on them. Each part is made when it is first asked for.</summary>
public sealed class TinyPictures : IDisposable
{
    /// <summary>Training pictures of each class, by name: many, medium and few.</summary>
    public static readonly IReadOnlyDictionary<string, int> Counts = new Dictionary<string, int>(StringComparer.Ordinal) { ["discs & rings"] = 110, ["squares"] = 30, ["stripes"] = 7, ["dots"] = 3, ["it's a line"] = 1 };

    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<string> _finished;

    public TinyPictures() => _finished = new(() =>
    {
        Libtorch.Load(1);
        WritePictures();
        WriteModel();
        Train(In("finished"), "lpt", new Listener(Said.Add));
        return In("finished");
    });

    /// <summary>What the finished run said.</summary>
    internal List<Tuning.TrainingEvent> Said { get; } = [];

    /// <summary>The folder of a finished run of LPT.</summary>
    public string Finished => _finished.Value;

    /// <summary>Where the pictures are.</summary>
    public string Data => In("pictures");

    /// <summary>A request on these pictures and this model.</summary>
    internal CompareRequest Comparing(string output, params IReadOnlyList<string> recipes)
    {
        _ = _finished.Value;
        return new() { Data = Data, Model = In("model"), Recipes = recipes, Overrides = ["stages.0.epochs=null", "stages.0.steps=4", "stages.0.batch_size=8", "stages.0.warmup=0"], Seeds = [1], Baselines = [], Output = output };
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Trains with a few steps a stage.</summary>
    internal RunResult Train(string output, string recipe, IProgress<Tuning.TrainingEvent>? progress = null) => Runs.Train(
        new TrainRequest
        {
            Data = Data,
            Model = In("model"),
            Recipe = recipe,
            Overrides =
            [
                "adapter.tokens=2", "adapter.shared_layers=1", "adapter.pool=8", "adapter.top_k=2",
                .. new[] { 0, 1 }.SelectMany(stage => new[] { "epochs=null", "steps=30", "eval_every=10", "batch_size=16", "lr=0.1", "warmup=0" }.Select(set => $"stages.{stage}.{set}")),
            ],
            Output = output,
        },
        progress);

    private string In(string name) => _folder.In(name);

    private void WritePictures()
    {
        string[] names = [.. Counts.Keys];
        foreach ((string part, Func<string, int> count) in new (string, Func<string, int>)[] { ("train", name => Counts[name]), ("dev", _ => 2), ("test", _ => 6) })
        {
            foreach ((int label, string name) in names.Index())
            {
                string folder = Directory.CreateDirectory(Path.Combine(Data, part, name)).FullName;
                for (int i = 0; i < count(name); i++)
                {
                    File.WriteAllBytes(Path.Combine(folder, $"{i}.png"), Draw(label, RandomStream.For(label, part, i)));
                }
            }
        }
    }

    /// <summary>A picture of 16 to 150 pixels, wide or high, with a shape that tells the class.</summary>
    private static byte[] Draw(int label, RandomStream random)
    {
        (int width, int height) = (16 + random.NextInt(135), 16 + random.NextInt(85));
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        using var paint = new SKPaint { IsAntialias = true, StrokeWidth = 3, Color = SKColor.FromHsl(random.NextInt(360), 70, 45) };
        canvas.Clear(SKColor.FromHsl(random.NextInt(360), 30, 80));
        (float x, float y, float half) = (width / 2f, height / 2f, Math.Min(width, height) * 0.35f);
        switch (label)
        {
            case 0:
                canvas.DrawCircle(x, y, half, paint);
                break;
            case 1:
                canvas.DrawRect(x - half, y - half, 2 * half, 2 * half, paint);
                break;
            case 2:
                for (float at = 0; at < width; at += 8)
                {
                    canvas.DrawLine(at, 0, at, height, paint);
                }

                break;
            case 3:
                for (int dot = 0; dot < 12; dot++)
                {
                    canvas.DrawCircle(random.NextInt(width), random.NextInt(height), 3, paint);
                }

                break;
            default:
                canvas.DrawLine(0, 0, width, height, paint);
                break;
        }

        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    private void WriteModel()
    {
        var config = new VisionConfig
        {
            Architecture = VisionArchitecture.Vit,
            HiddenSize = 16,
            Layers = 3,
            Heads = 2,
            IntermediateSize = 32,
            ImageSize = 16,
            PatchSize = 4,
            InitializerRange = 0.25,
        };
        using VisionBackbone backbone = VisionBackbone.Create(config, 5);
        backbone.Save(In("model"));
    }

    private sealed class Listener(Action<Tuning.TrainingEvent> hear) : IProgress<Tuning.TrainingEvent>
    {
        public void Report(Tuning.TrainingEvent value) => hear(value);
    }
}
