using System.Runtime.InteropServices;

namespace Tailor.Engine;

/// <summary>Where libtorch and TorchSharp's native part lie: a chosen folder, beside the program, or in the package cache.</summary>
internal static class LibtorchFiles
{
    /// <summary>The environment variable that names a folder with libtorch; it comes before every other place.</summary>
    public const string DirectoryVariable = "LIBTORCH_DIRECTORY";

    /// <summary>The runtime identifier under which packages carry this system's native files.</summary>
    public static string Platform { get; } =
        (OperatingSystem.IsWindows() ? "win-" : OperatingSystem.IsMacOS() ? "osx-" : "linux-") + (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64");

    /// <summary>The package that brings libtorch for this system's processor.</summary>
    public static string Package => $"libtorch-cpu-{Platform}";

    /// <summary>A library's file name on this system.</summary>
    /// <param name="library">The bare name, such as <c>torch_cpu</c>.</param>
    public static string FileName(string library) =>
        OperatingSystem.IsWindows() ? $"{library}.dll" : OperatingSystem.IsMacOS() ? $"lib{library}.dylib" : $"lib{library}.so";

    /// <summary>The folders searched, in order.</summary>
    public static IReadOnlyList<string> Folders() => [.. ChosenFolders(), .. OwnFolders()];

    /// <summary>The first file of a library, or null.</summary>
    /// <param name="library">The bare name, such as <c>torch_cpu</c>.</param>
    public static string? Find(string library) => FindIn(Folders(), library);

    /// <summary>The first file of a library in the folder that <c>LIBTORCH_DIRECTORY</c> names, or null.</summary>
    /// <param name="library">The bare name, such as <c>torch_cpu</c>.</param>
    public static string? FindChosen(string library) => FindIn(ChosenFolders(), library);

    /// <summary>The first file of a library that the program brings itself, or null.</summary>
    /// <param name="library">The bare name, such as <c>torch_cpu</c>.</param>
    public static string? FindOwn(string library) => FindIn(OwnFolders(), library);

    private static List<string> ChosenFolders() =>

        // An unpacked libtorch has its libraries in lib.
        Environment.GetEnvironmentVariable(DirectoryVariable) is { Length: > 0 } chosen ? [Path.GetFullPath(chosen), Path.Combine(Path.GetFullPath(chosen), "lib")] : [];

    private static List<string> OwnFolders()
    {
        // The host's own search order; it lists the package cache's folders when the program runs without copies of its packages.
        string searched = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        return searched.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append(AppContext.BaseDirectory)
            .Append(Path.Combine(AppContext.BaseDirectory, "runtimes", Platform, "native"))
            .Select(Path.GetFullPath)
            .Distinct(StringComparer.Ordinal)
            .ToList();
    }

    private static string? FindIn(IEnumerable<string> folders, string library) => folders.Select(folder => Path.Combine(folder, FileName(library))).FirstOrDefault(File.Exists);
}
