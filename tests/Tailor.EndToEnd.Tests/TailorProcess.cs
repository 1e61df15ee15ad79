using System.Diagnostics;

namespace Tailor.EndToEnd.Tests;

/// <summary>What a finished process left.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record ProcessResult(int ExitCode, string Output, string Error);

/// <summary>Runs the built <c>tailor</c> as users do: a process with arguments, streams and an exit code.</summary>
internal static class TailorProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>The built program.</summary>
    public static string Program { get; } = Find();

    /// <summary>Runs it to its end.</summary>
    public static ProcessResult Run(params IReadOnlyList<string> args) => Run(args, input: null);

    /// <summary>Runs it to its end.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="input">Standard input, or null for none.</param>
    /// <param name="directory">The working directory.</param>
    /// <param name="environment">Variables to set; an empty value removes one.</param>
    public static ProcessResult Run(IReadOnlyList<string> args, string? input, string? directory = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        using Process process = Start(args, directory, environment);
        return Finish(process, args, input);
    }

    /// <summary>Runs it under <c>ulimit -f</c>, which limits the size of every file it writes, in units of 1024 bytes. .NET itself wants a file of 2 GiB for its double mapping of code, which is switched off.</summary>
    public static ProcessResult RunWithFileSizeLimit(int kilobytes, IReadOnlyList<string> args, string directory)
    {
        using Process process = Start("bash", ["-c", $"ulimit -f {kilobytes}; DOTNET_EnableWriteXorExecute=0 exec dotnet \"$@\"", "bash", Program, .. args], directory, environment: null);
        return Finish(process, args, input: null);
    }

    private static ProcessResult Finish(Process process, IReadOnlyList<string> args, string? input)
    {
        if (input is not null)
        {
            process.StandardInput.Write(input);
        }

        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"tailor {string.Join(' ', args)} did not end within {Patience}");
        }

        return new ProcessResult(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    /// <summary>Starts it; the caller reads, waits or kills.</summary>
    public static Process Start(IReadOnlyList<string> args, string? directory = null, IReadOnlyDictionary<string, string>? environment = null) => Start("dotnet", [Program, .. args], directory, environment);

    private static Process Start(string program, IReadOnlyList<string> args, string? directory, IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = directory ?? Path.GetTempPath(),
        };
        foreach (string arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        start.Environment["TAILOR_THREADS"] = "1";
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment.Remove("TAILOR_DEBUG");
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{program} does not start");
    }

    private static string Find()
    {
        // artifacts/bin/Tailor.EndToEnd.Tests/CONFIGURATION/ beside artifacts/bin/Tailor.Cli/CONFIGURATION/
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        string program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Tailor.Cli", configuration, "Tailor.Cli.dll"));
        return File.Exists(program) ? program : throw new FileNotFoundException("build Tailor.Cli first", program);
    }
}
