using System.Runtime.InteropServices;

namespace Tailor.Cli;

/// <summary>
/// Ends the process without taking libtorch apart, which frees its tables of operators one by one and takes half as long as loading it. Nothing of ours is left to do by then: files are written
/// whole or not at all, output is flushed, and .NET has shut down.
/// </summary>
internal static partial class QuickExit
{
    /// <summary>Registers the C library's <c>_exit</c> as the last thing to be called first; it is given the program's exit code. Does nothing outside glibc.</summary>
    public static void Arrange()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libc.so.6", out nint library) || !NativeLibrary.TryGetExport(library, "_exit", out nint leave))
        {
            return;
        }

        try
        {
            _ = on_exit(leave, 0);
        }
        catch (EntryPointNotFoundException)
        {
            // Then the process ends as others do.
        }
    }

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int on_exit(nint function, nint argument);
}
