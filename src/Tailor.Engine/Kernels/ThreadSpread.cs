using System.Numerics;
using System.Runtime.InteropServices;

namespace Tailor.Engine;

/// <summary>
/// Keeps the threads of a loop off the processor of the thread that began it, on Linux and where the loop has a thread for each processor. Beside one busy process the kernel sees two threads that often wait for one another
/// as half a load each, puts both on one processor and leaves the other to the busy process.
/// </summary>
internal static unsafe partial class ThreadSpread
{
    /// <summary>Of a mask: 1,024 processors, what the C library's own type holds.</summary>
    internal const int Words = 16;

    private static readonly ulong[]? Allowed = Find();

    /// <summary>How many processors this process may use; 0 where threads are left to the kernel.</summary>
    internal static readonly int Processors = Allowed?.Sum(BitOperations.PopCount) ?? 0;

    private static int s_callersProcessor = -1;

    [ThreadStatic]
    private static bool s_calls;

    /// <summary>Called by a thread that is about to begin a loop.</summary>
    /// <param name="threads">How many threads the loop has.</param>
    public static void Begin(int threads)
    {
        s_calls = true;
        Volatile.Write(ref s_callersProcessor, Processors > 1 && threads == Processors ? CurrentProcessor() : -1);
    }

    /// <summary>Called by the same thread when the loop is over.</summary>
    public static void End() => s_calls = false;

    /// <summary>Called by every thread of the loop.</summary>
    public static void Join()
    {
        int caller = Volatile.Read(ref s_callersProcessor);
        if (s_calls || caller < 0 || CurrentProcessor() != caller)
        {
            return;
        }

        ulong* mask = stackalloc ulong[Words];
        Allowed.CopyTo(new Span<ulong>(mask, Words));
        mask[caller / 64] &= ~(1UL << (caller % 64));
        _ = SetAffinity(0, Words * sizeof(ulong), mask);
    }

    private static ulong[]? Find()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("TAILOR_SPREAD") == "0")
        {
            return null;
        }

        ulong* mask = stackalloc ulong[Words];
        new Span<ulong>(mask, Words).Clear();
        return GetAffinity(0, Words * sizeof(ulong), mask) == 0 ? new Span<ulong>(mask, Words).ToArray() : null;
    }

    [LibraryImport("libc", EntryPoint = "sched_getcpu")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [SuppressGCTransition]
    internal static partial int CurrentProcessor();

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetAffinity(int process, nuint size, ulong* mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int SetAffinity(int process, nuint size, ulong* mask);
}
