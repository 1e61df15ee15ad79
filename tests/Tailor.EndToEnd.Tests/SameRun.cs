namespace Tailor.EndToEnd.Tests;

/// <summary>Whether a run that was disturbed came to the same bits as one that was not.</summary>
internal static class SameRun
{
    /// <summary>Compares model, metrics and result byte for byte, and looks for what a killed process may have left.</summary>
    public static void Check(string undisturbed, string disturbed)
    {
        foreach (string file in new[] { "model/model.safetensors", "metrics.jsonl", "result.json" })
        {
            Assert.True(File.ReadAllBytes(Path.Combine(undisturbed, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(disturbed, file))), $"{file} differs");
        }

        Assert.Empty(Directory.GetFiles(disturbed, "*.tmp", SearchOption.AllDirectories));
    }
}
