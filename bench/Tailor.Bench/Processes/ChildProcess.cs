using System.Diagnostics;
using Tailor.Foundation;

namespace Tailor.Bench;

/// <summary>What a finished process said.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="LastLine">The last line of its output, where the sides put their JSON.</param>
/// <param name="Errors">Its error output.</param>
internal sealed record ChildResult(int ExitCode, string LastLine, string Errors);

/// <summary>Runs a process to its end.</summary>
internal static class ChildProcess
{
    /// <summary>Runs this program again.</summary>
    /// <param name="arguments">Its arguments.</param>
    public static ChildResult RunSelf(params IReadOnlyList<string> arguments) => Run(Self(arguments));

    /// <summary>Starts this program again and does not wait for it.</summary>
    /// <param name="arguments">Its arguments.</param>
    public static Process StartSelf(params IReadOnlyList<string> arguments) => Process.Start(Self(arguments))!;

    private static ProcessStartInfo Self(IReadOnlyList<string> arguments)
    {
        string program = Environment.ProcessPath
            ?? throw new InputException("the path of this program is not known; run it with: dotnet run -c Release --project bench/Tailor.Bench");
        bool host = Path.GetFileNameWithoutExtension(program) == "dotnet";
        return new ProcessStartInfo(program, host ? [typeof(ChildProcess).Assembly.Location, .. arguments] : arguments);
    }

    /// <summary>Runs a process and waits for it.</summary>
    /// <param name="start">What to run.</param>
    /// <exception cref="InputException">It cannot be started.</exception>
    public static ChildResult Run(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError, start.UseShellExecute) = (true, true, false);
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
            process.WaitForExit();
            string[] lines = output.GetAwaiter().GetResult().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return new ChildResult(process.ExitCode, lines is [] ? "" : lines[^1], errors.GetAwaiter().GetResult().Trim());
        }
        catch (System.ComponentModel.Win32Exception fault)
        {
            throw new InputException($"{start.FileName}: does not start ({fault.Message})", fault);
        }
    }
}
