using System.Runtime.InteropServices;

namespace Tailor.Engine;

/// <summary>
/// Keeps glibc's allocator from returning large blocks to the system after each step and faulting them in again in the next, which doubles the time of large tensors.
/// The price: resident memory stays at its peak. <c>TAILOR_MALLOPT=0</c> leaves the allocator as it is.
/// </summary>
internal static partial class Allocator
{
    private const int TrimThreshold = -1;
    private const int MapThreshold = -3;
    private const int TopPad = -2;

    /// <summary>The size of the heaps that threads other than the first take from; one that is empty goes back to the system unless so much is to be kept free.</summary>
    private const int ThreadHeap = 64 << 20;

    /// <summary>What was set, in words for <see cref="LibtorchFacts"/>.</summary>
    public static string State { get; private set; } = "system default";

    /// <summary>Sets the thresholds, once, where the C library is glibc.</summary>
    public static void KeepLargeBlocks()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("TAILOR_MALLOPT") == "0")
        {
            return;
        }

        try
        {
            // Older glibc refuses more than 32 MiB; either call switches off its own adaptation, so one of them must take effect.
            bool wide = mallopt(MapThreshold, 1 << 30) == 1;
            if (wide || mallopt(MapThreshold, 32 << 20) == 1)
            {
                _ = mallopt(TrimThreshold, int.MaxValue);
                _ = mallopt(TopPad, ThreadHeap);
                State = wide ? "large blocks kept (up to 1 GiB)" : "large blocks kept (up to 32 MiB)";
            }
        }
        catch (EntryPointNotFoundException)
        {
            // musl has no such setting.
        }
    }

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int mallopt(int parameter, int value);
}
