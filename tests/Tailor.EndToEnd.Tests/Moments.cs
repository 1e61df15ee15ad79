using System.Diagnostics;

namespace Tailor.EndToEnd.Tests;

/// <summary>Moments in the life of a running <c>tailor</c>, and the signals sent at them.</summary>
internal static class Moments
{
    /// <summary>Reads the talk up to the line that says that the steps begin.</summary>
    /// <returns>What was said.</returns>
    public static string WaitForSteps(Process process)
    {
        string talk = "";
        while (process.StandardError.ReadLine() is { } line)
        {
            talk += line + "\n";
            if (line.Contains(": stage ", StringComparison.Ordinal))
            {
                return talk;
            }
        }

        process.WaitForExit();
        throw new InvalidOperationException($"the steps never began (exit code {process.ExitCode}): {talk}");
    }

    /// <summary>Sends what Ctrl-C sends.</summary>
    public static void Interrupt(Process process)
    {
        using Process kill = Process.Start("sh", ["-c", $"kill -INT {process.Id}"]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }
}
