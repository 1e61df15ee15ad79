using System.Text.Json;

namespace Tailor.Evaluation.Tests;

/// <summary>The cases of tests/goldens/metrics.json, made with scikit-learn and SciPy.</summary>
internal static class Golden
{
    private static readonly JsonElement Root = Load();

    public static IEnumerable<TheoryDataRow<int>> ClassificationCases() => Enumerable.Range(0, Root.GetProperty("classification").GetArrayLength()).Select(i => new TheoryDataRow<int>(i));

    public static JsonElement Classification(int index) => Root.GetProperty("classification")[index];

    public static IEnumerable<JsonElement> Paired() => Root.GetProperty("paired").EnumerateArray();

    public static IEnumerable<JsonElement> McNemar() => Root.GetProperty("mcnemar").EnumerateArray();

    public static int[] Ints(this JsonElement element, string name) => element.GetProperty(name).EnumerateArray().Select(value => value.GetInt32()).ToArray();

    public static double[] Doubles(this JsonElement element, string name) => element.GetProperty(name).EnumerateArray().Select(value => value.GetDouble()).ToArray();

    public static double Double(this JsonElement element, string name) => element.GetProperty(name).GetDouble();

    public static float[] Probabilities(this JsonElement element) => element.GetProperty("prob").EnumerateArray().SelectMany(row => row.EnumerateArray()).Select(value => (float)value.GetDouble()).ToArray();

    private static JsonElement Load()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Tailor.slnx")))
        {
            folder = folder.Parent;
        }

        string file = Path.Combine(folder?.FullName ?? throw new DirectoryNotFoundException("the repository's root"), "tests", "goldens", "metrics.json");
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        return document.RootElement.Clone();
    }
}
