using System.Runtime.InteropServices;

namespace Tailor.Cli;

/// <summary>
/// SIGXFSZ, which ends a process that writes beyond <c>ulimit -f</c> unless it is ignored; the write then fails like any other. .NET lets no handler be set for it that would keep the process alive.
/// </summary>
internal static partial class FileSizeSignal
{
    private const int FileSize = 25;
    private const int Ignored = 1;

    /// <summary>Ignores the signal for the rest of the process, on Linux and macOS, where it has the same number.</summary>
    public static void Ignore()
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
        {
            _ = signal(FileSize, Ignored);
        }
    }

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint signal(int number, nint handler);
}
