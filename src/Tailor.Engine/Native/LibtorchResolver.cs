using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Tailor.Engine;

/// <summary>
/// Finds TorchSharp's native part after the ordinary search has failed: the file by its full path, or, where libstdc++ is too old for it (Debian 12, Ubuntu 22.04, RHEL 9),
/// a copy in memory whose needs of the missing versions are weak. The only symbol behind <c>GLIBCXX_3.4.32</c> is an initializer that nothing calls.
/// </summary>
internal static class LibtorchResolver
{
    /// <summary>TorchSharp's native part, as the assembly names it.</summary>
    public const string Shim = "LibTorchSharp";

    /// <summary>The versions of libstdc++ whose absence is known to be harmless, by the system that lacks them: GCC 13's initializer; GCC 12's second form of a wait.</summary>
    private static readonly string[] Harmless = ["GLIBCXX_3.4.32", "GLIBCXX_3.4.30"];

    /// <summary>The versions marked weak in the copy that was loaded; none when the library was loaded as it is.</summary>
    public static IReadOnlyList<string> Weakened { get; private set; } = [];

    /// <summary>Why the last attempt failed, in the dynamic linker's words.</summary>
    public static string? Fault { get; private set; }

    // Safe in a library: it registers a callback that acts on one name only, and TorchSharp must not be touched before it is there.
#pragma warning disable CA2255
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Install() => AssemblyLoadContext.Default.ResolvingUnmanagedDll += Resolve;

    private static nint Resolve(Assembly assembly, string name)
    {
        if (name != Shim || LibtorchFiles.Find(Shim) is not { } file)
        {
            return 0;
        }

        try
        {
            return Load(file);
        }
        catch (Exception fault) when (fault is DllNotFoundException or BadImageFormatException or IOException or UnauthorizedAccessException)
        {
            // Zero lets TorchSharp say that it was not found; Libtorch.Load adds the reason.
            Fault = fault.Message;
            return 0;
        }
    }

    /// <summary>Loads the library as it is, else with exactly those known-harmless versions made weak that the dynamic linker misses.</summary>
    private static nint Load(string file)
    {
        byte[]? image = null;
        var weakened = new List<string>();
        while (true)
        {
            try
            {
                nint handle = image is null ? NativeLibrary.Load(file) : MemoryFile.Load(Path.GetFileName(file), image);
                Weakened = weakened;
                return handle;
            }
            catch (DllNotFoundException fault) when (Missing(fault.Message, weakened) is { } version)
            {
                image = WeakSymbolVersion.Weaken(image ?? File.ReadAllBytes(file), version);
                weakened.Add(version);
            }
        }
    }

    private static string? Missing(string message, List<string> weakened) =>
        Harmless.FirstOrDefault(version => message.Contains($"`{version}'", StringComparison.Ordinal) && !weakened.Contains(version));
}
