using System.CommandLine;

namespace Tailor.Cli;

/// <summary>The options every command takes.</summary>
internal static class GlobalOptions
{
    /// <summary>Threads of the computation.</summary>
    public static readonly Option<int?> Threads = NumberOption.Integer("--threads", "Threads to compute with (default: one per processor core).", 1, 1024);

    /// <summary>The seed.</summary>
    public static readonly Option<long?> Seed = NumberOption.Long("--seed", "Seed of everything random (default: 42).");

    /// <summary>The device.</summary>
    public static readonly Option<string?> Device = new("--device") { Description = "Device to compute on: cpu (default), cuda, cuda:1 or mps. Others than the CPU are untested.", HelpName = "NAME" };

    /// <summary>No talk.</summary>
    public static readonly Option<bool> Quiet = new("--quiet", "-q") { Description = "No progress and no remarks, only results and errors." };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Option> All { get; } = Recursively(Threads, Seed, Device, Quiet);

    private static Option[] Recursively(params Option[] options)
    {
        foreach (Option option in options)
        {
            option.Recursive = true;
        }

        return options;
    }
}
