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
    public static IReadOnlyList<string> Folders()
    {
        var folders = new List<string>();
        if (Environment.GetEnvironmentVariable(DirectoryVariable) is { Length: > 0 } chosen)
        {
            folders.Add(chosen);

            // An unpacked libtorch has its libraries in lib.
            folders.Add(Path.Combine(chosen, "lib"));
        }

        folders.Add(Path.Combine(AppContext.BaseDirectory, "runtimes", Platform, "native"));
        folders.Add(AppContext.BaseDirectory);

        // The host lists here the package cache's folders when the program runs without copies of its packages.
        if (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") is string searched)
        {
            folders.AddRange(searched.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));
        }

        return folders.Select(Path.GetFullPath).Distinct(StringComparer.Ordinal).ToList();
    }

    /// <summary>The first file of a library, or null.</summary>
    /// <param name="library">The bare name, such as <c>torch_cpu</c>.</param>
    public static string? Find(string library) => Folders().Select(folder => Path.Combine(folder, FileName(library))).FirstOrDefault(File.Exists);
}
