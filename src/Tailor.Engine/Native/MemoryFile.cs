using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tailor.Engine;

/// <summary>A library loaded from memory on Linux: no file on disk, no guessable name, no folder that forbids execution.</summary>
internal static partial class MemoryFile
{
    private const uint CloseOnExec = 1;

    /// <summary>
    /// Kept open for the life of the process: the dynamic linker knows the library by its descriptor's path, and a second library under a reused number would be taken for it.
    /// </summary>
    private static readonly List<SafeFileHandle> Open = [];

    /// <summary>Puts an image into a memory file and loads it as a shared library.</summary>
    /// <param name="name">The name shown in the process's memory map.</param>
    /// <param name="image">The library's bytes.</param>
    /// <exception cref="DllNotFoundException">The system has no memory files or refuses to load the image.</exception>
    public static nint Load(string name, ReadOnlySpan<byte> image)
    {
        int descriptor = memfd_create(name, CloseOnExec);
        if (descriptor < 0)
        {
            throw new DllNotFoundException($"A memory file for {name} could not be made: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        RandomAccess.Write(handle, image, 0);
        lock (Open)
        {
            Open.Add(handle);
        }

        return NativeLibrary.Load($"/proc/self/fd/{descriptor}");
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int memfd_create(string name, uint flags);
}
