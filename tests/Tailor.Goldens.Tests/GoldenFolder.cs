namespace Tailor.Goldens.Tests;

/// <summary>Where the golden figures lie: TAILOR_GOLDENS when set, else tests/goldens of the repository.</summary>
internal static class GoldenFolder
{
    public static string Root { get; } = Environment.GetEnvironmentVariable("TAILOR_GOLDENS") is { Length: > 0 } chosen ? Path.GetFullPath(chosen) : Path.Combine(Repository, "tests", "goldens");

    private static bool Chosen => Environment.GetEnvironmentVariable("TAILOR_GOLDENS") is { Length: > 0 };

    /// <summary>The repository's root, found by its solution file.</summary>
    public static string Repository
    {
        get
        {
            string? folder = AppContext.BaseDirectory;
            while (folder is not null && !File.Exists(Path.Combine(folder, "Tailor.slnx")))
            {
                folder = Path.GetDirectoryName(folder);
            }

            return folder ?? throw new InvalidOperationException("The tests run outside the repository.");
        }
    }

    /// <summary>A file of the set. Where no other set was asked for, what the repository may not hold (real sentences, real weights' figures) is looked for beside it.</summary>
    public static string Of(string name)
    {
        string path = Path.Combine(Root, name);
        return !Path.Exists(path) && !Chosen && Shared("goldens") is { } shared ? Path.Combine(shared, name) : path;
    }

    /// <summary>A folder of the shared material (data, models): beside the goldens, or beside the repository; null when neither has it.</summary>
    public static string? Shared(string relative) => new[] { Path.Combine(Root, "..", relative), Path.Combine(Repository, "..", "shared", relative) }.FirstOrDefault(Directory.Exists);

    /// <summary>Fails when the folder has no such file; a golden set may leave kinds out, which is then a skip.</summary>
    public static string Require(string name)
    {
        string path = Of(name);
        if (!File.Exists(path))
        {
            Assert.Skip($"{name} is not in this golden set");
        }

        return path;
    }
}
