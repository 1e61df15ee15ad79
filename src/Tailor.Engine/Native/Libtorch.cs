using System.Runtime.InteropServices;
using Tailor.Foundation;
using TorchSharp;

namespace Tailor.Engine;

/// <summary>libtorch in this process: loading it, its threads, and what was loaded.</summary>
public static class Libtorch
{
    private static readonly Lock Gate = new();
    private static bool s_loaded;
    private static bool s_threadsSet;

    /// <summary>The environment variable that sets the number of threads where the caller does not.</summary>
    public const string ThreadsVariable = "TAILOR_THREADS";

    /// <summary>The threads libtorch's kernels (and ours) use.</summary>
    public static int Threads
    {
        get
        {
            Load();
            return torch.get_num_threads();
        }
    }

    /// <summary>How TorchSharp's native part was loaded.</summary>
    internal static string Route => LibtorchResolver.Weakened is { Count: > 0 } weakened ? $"copy in memory, {string.Join(" and ", weakened)} made weak" : "plain";

    /// <summary>
    /// Loads libtorch and sets its threads. Programs and tests call it before anything else of TorchSharp; further calls cost nothing, and change the threads when they name a number.
    /// The files are looked for in <c>LIBTORCH_DIRECTORY</c>, beside the program and in the package cache.
    /// </summary>
    /// <param name="threads">Threads for kernels, at least 1; otherwise <c>TAILOR_THREADS</c>, otherwise one for each processor.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one thread.</exception>
    /// <exception cref="InputException">libtorch is not there or cannot be loaded (what to add or to install), or <c>TAILOR_THREADS</c> is no number of threads.</exception>
    public static void Load(int? threads = null)
    {
        if (threads is { } given)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(given, 1, nameof(threads));
        }

        lock (Gate)
        {
            int? wanted = threads ?? (s_threadsSet ? null : DefaultThreads());
            LoadOnce();
            if (wanted is { } number && number != torch.get_num_threads())
            {
                torch.set_num_threads(number);
            }

            s_threadsSet = true;
        }
    }

    /// <summary>
    /// Begins to load libtorch beside the caller, who reads files meanwhile; <see cref="Load"/> then waits for what is left, and says what failed.
    /// </summary>
    /// <returns>Waits when it is disposed: no process may end while libtorch is half loaded.</returns>
    public static IDisposable Begin()
    {
        // On the caller's thread: the C library's environment must not change under another thread's eyes.
        OpenMpWaiting.Choose();
        return new Beginning(Task.Factory.StartNew(
            () =>
            {
                lock (Gate)
                {
                    try
                    {
                        LoadOnce();
                    }
                    catch (InputException)
                    {
                        // Load meets it again, and says it.
                    }
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default));
    }

    private static void LoadOnce()
    {
        if (!s_loaded)
        {
            Allocator.KeepLargeBlocks();
            OpenMpWaiting.Choose();
            PreloadOurs();
            Initialize();
            s_loaded = true;
        }
    }

    /// <summary>What is loaded and what this machine offers. Loads libtorch if that has not happened.</summary>
    /// <exception cref="InputException">libtorch cannot be loaded.</exception>
    public static LibtorchFacts Facts()
    {
        Load();
        return LibtorchFacts.Gather();
    }

    private static int DefaultThreads()
    {
        if (Environment.GetEnvironmentVariable(ThreadsVariable) is not { Length: > 0 } text)
        {
            return Environment.ProcessorCount;
        }

        return int.TryParse(text, out int number) && number is > 0 and <= 4096
            ? number
            : throw InputException.At(ThreadsVariable, $"'{text}' is no number of threads", "set it to a whole number from 1 to 4096, or unset it to use every processor");
    }

    /// <summary>Loads the libtorch that belongs to us by its full path: TorchSharp asks the system for it by name, and Debian has another version under that name.</summary>
    private static void PreloadOurs()
    {
        string? chosen = LibtorchFiles.FindChosen("torch_cpu"), own = LibtorchFiles.FindOwn("torch_cpu");
        if (Environment.GetEnvironmentVariable(LibtorchFiles.DirectoryVariable) is { Length: > 0 } folder)
        {
            CheckChosen(folder, chosen, own);
        }

        string file = chosen ?? own ?? throw Failure($"not found in any of: {string.Join(", ", LibtorchFiles.Folders())}", null);
        if (OperatingSystem.IsLinux() || chosen is not null)
        {
            string whole = Path.Combine(Path.GetDirectoryName(file)!, LibtorchFiles.FileName("torch"));
            try
            {
                NativeLibrary.Load(whole);
            }
            catch (Exception fault) when (fault is DllNotFoundException or BadImageFormatException)
            {
                throw Failure($"{whole} does not load ({OneLine(fault.Message)})", fault);
            }
        }
    }

    /// <summary>A chosen folder must have libtorch, and be the only one: two copies in one process register the same kernels twice, which ends the process.</summary>
    private static void CheckChosen(string folder, string? chosen, string? own)
    {
        if (chosen is null)
        {
            throw Failure($"{LibtorchFiles.DirectoryVariable} names {folder}, where {LibtorchFiles.FileName("torch_cpu")} is not", null);
        }

        if (own is not null && FinalTarget(own) != FinalTarget(chosen))
        {
            throw new InputException(
                $"libtorch: {LibtorchFiles.DirectoryVariable} names {folder}, but the program brings its own ({own}); unset the variable, or build the program without a libtorch package");
        }
    }

    private static string FinalTarget(string file) => Path.GetFullPath(File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file);

    private static void Initialize()
    {
        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
        }
        catch (Exception fault) when (fault is TypeInitializationException or NotSupportedException or DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            string where = LibtorchFiles.Find(LibtorchResolver.Shim) ?? LibtorchFiles.FileName(LibtorchResolver.Shim);
            throw Failure($"{where} does not load ({OneLine(LibtorchResolver.Fault ?? fault.GetBaseException().Message)})", fault);
        }
    }

    private static InputException Failure(string found, Exception? inner)
    {
        string remedy = $"add the package {LibtorchFiles.Package} {RequiredVersion} to the program, or set {LibtorchFiles.DirectoryVariable} to a folder with libtorch {RequiredVersion}";
        return inner is null ? new InputException($"libtorch: {found}; {remedy}") : new InputException($"libtorch: {found}; {remedy}", inner);
    }

    /// <summary>The version of libtorch that this version of TorchSharp is built for.</summary>
    internal const string RequiredVersion = "2.10.0";

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private sealed class Beginning(Task loading) : IDisposable
    {
        public void Dispose() => loading.Wait();
    }
}
