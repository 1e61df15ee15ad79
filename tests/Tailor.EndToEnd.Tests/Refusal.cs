namespace Tailor.EndToEnd.Tests;

/// <summary>What every refusal of bad input looks like.</summary>
internal static class Refusal
{
    /// <summary>Checks exit code 2, no output, and one line on standard error that holds the expected words.</summary>
    public static void Check(ProcessResult result, params string[] expected)
    {
        string[] lines = result.Error.TrimEnd('\n').Split('\n');
        Assert.StartsWith("tailor: error: ", lines[^1], StringComparison.Ordinal);
        foreach (string words in expected)
        {
            Assert.Contains(words, lines[^1], StringComparison.OrdinalIgnoreCase);
        }

        Assert.Single(lines);
        Assert.Empty(result.Output);
        Assert.Equal(2, result.ExitCode);
    }
}
