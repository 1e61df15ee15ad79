namespace Tailor.EndToEnd.Tests;

/// <summary>Whether a run that was disturbed came to the same bits as one that was not.</summary>
internal static class SameRun
{
    /// <summary>Compares model and metrics byte for byte, the result but for the seconds it took, and looks for what a killed process may have left.</summary>
    public static void Check(string undisturbed, string disturbed)
    {
        foreach (string file in new[] { "model/model.safetensors", "metrics.jsonl" })
        {
            Assert.True(File.ReadAllBytes(Path.Combine(undisturbed, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(disturbed, file))), $"{file} differs");
        }

        Assert.Equal(Result(undisturbed), Result(disturbed));
        Assert.Empty(Directory.GetFiles(disturbed, "*.tmp", SearchOption.AllDirectories));
    }

    private static string[] Result(string run) => [.. File.ReadLines(Path.Combine(run, "result.json")).Where(line => !line.Contains("\"train_seconds\"", StringComparison.Ordinal))];
}
