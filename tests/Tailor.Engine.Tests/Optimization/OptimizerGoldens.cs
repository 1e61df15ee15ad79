using System.Text.Json;

namespace Tailor.Engine.Tests;

/// <summary>Paths and schedules of PyTorch and transformers (tests/goldens/optimizers.json).</summary>
internal static class OptimizerGoldens
{
    private static readonly Lazy<JsonElement> Document = new(Read);

    public static float[][] Start => Arrays(Document.Value.GetProperty("x0"));

    public static float[][] Targets => Arrays(Document.Value.GetProperty("targets"));

    public static JsonElement Path(string name) => Document.Value.GetProperty("optimizers").GetProperty(name).GetProperty("path");

    public static double[] Schedule(string name) => Document.Value.GetProperty("schedules").GetProperty(name).Deserialize<double[]>()!;

    public static float[][] Arrays(JsonElement element) => element.Deserialize<float[][]>()!;

    private static JsonElement Read()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string file = System.IO.Path.Combine(folder.FullName, "tests", "goldens", "optimizers.json");
            if (File.Exists(file))
            {
                using var document = JsonDocument.Parse(File.ReadAllBytes(file));
                return document.RootElement.Clone();
            }
        }

        throw new FileNotFoundException("tests/goldens/optimizers.json is not above the test program.");
    }
}
