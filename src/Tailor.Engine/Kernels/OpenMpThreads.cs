using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tailor.Engine;

/// <summary>
/// Runs code on the very threads libtorch computes with. On Linux libtorch brings GNU OpenMP, whose threads spin for milliseconds after every operation: other threads would share the cores
/// with them, while a loop handed to them starts within a microsecond. <c>TAILOR_THREAD_POOL=own</c> switches this off.
/// </summary>
internal static unsafe class OpenMpThreads
{
    private static readonly delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<nint, void>, nint, uint, uint, void> Parallel = Find();

    /// <summary>Whether libtorch's OpenMP was found.</summary>
    public static bool Available => Parallel is not null;

    /// <summary>Runs an action on each of a number of threads, the caller's among them, and returns when all have ended.</summary>
    /// <param name="threads">How many threads; OpenMP may give fewer.</param>
    /// <param name="work">What each thread does; it must not throw.</param>
    public static void Run(int threads, Action work)
    {
        GCHandle handle = GCHandle.Alloc(work);
        ThreadSpread.Begin(threads);
        try
        {
            Parallel(&Enter, GCHandle.ToIntPtr(handle), (uint)threads, 0);
        }
        finally
        {
            ThreadSpread.End();
            handle.Free();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Enter(nint work)
    {
        ThreadSpread.Join();
        ((Action)GCHandle.FromIntPtr(work).Target!)();
    }

    private static delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<nint, void>, nint, uint, uint, void> Find()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("TAILOR_THREAD_POOL") == "own" || Loaded() is not { } path)
        {
            return null;
        }

        return NativeLibrary.TryLoad(path, out nint library) && NativeLibrary.TryGetExport(library, "GOMP_parallel", out nint entry)
            ? (delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<nint, void>, nint, uint, uint, void>)entry
            : null;
    }

    /// <summary>The OpenMP that lies beside the libtorch in use, which loads it by that path; a second copy would have threads of its own.</summary>
    private static string? Loaded() => LibtorchFiles.Find("torch_cpu") is { } torch
        ? Directory.EnumerateFiles(Path.GetDirectoryName(torch)!, "libgomp*.so*").Order(StringComparer.Ordinal).FirstOrDefault()
        : null;
}
