using System.Diagnostics;

namespace Tailor.Engine.Tests;

/// <summary>Runs one explicit test of this very program in a process of its own: how libtorch is loaded can be decided only once in a process.</summary>
internal static class ChildProcess
{
    /// <summary>The variable that tells the child where to leave its answer.</summary>
    public const string AnswerVariable = "TAILOR_TEST_ANSWER";

    public static string Run(params (string Name, string Value)[] environment)
    {
        string answer = Path.GetTempFileName();
        string program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Tailor.Engine.Tests.exe" : "Tailor.Engine.Tests");
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-explicit");
        start.ArgumentList.Add("only");
        start.ArgumentList.Add("-method");
        start.ArgumentList.Add($"*{nameof(LibtorchLoadingTests.Child)}");
        start.Environment[AnswerVariable] = answer;
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            using Process child = Process.Start(start)!;
            Task<string> errors = child.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            string output = child.StandardOutput.ReadToEnd();
            Assert.True(child.WaitForExit(TimeSpan.FromMinutes(1)), "the child did not end");
            string text = File.ReadAllText(answer);
            Assert.True(text.Length > 0, $"the child gave no answer (exit code {child.ExitCode}): {output} {errors.Result}");
            return text;
        }
        finally
        {
            File.Delete(answer);
        }
    }
}
