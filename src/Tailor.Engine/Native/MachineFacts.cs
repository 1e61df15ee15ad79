using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace Tailor.Engine;

/// <summary>Facts about the processor and the system's libraries. A fact that cannot be had is an empty or a plain answer, never an exception: the doctor must not fall ill.</summary>
internal static unsafe partial class MachineFacts
{
    /// <summary>The processor's name as the system gives it, else its architecture.</summary>
    public static string Processor()
    {
        string? line = Lines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal));
        return line?[(line.IndexOf(':') + 1)..].Trim() ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    /// <summary>The instruction set libtorch has chosen: its own answer where it can be asked, else its environment variable, else what the processor has.</summary>
    public static string InstructionSet()
    {
        // std::string at::get_cpu_capability(): returned through a pointer to the caller's 32 bytes (address, length, room for 15 characters) in the System V x64 convention.
        if (OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64 && LibtorchFiles.Find("torch_cpu") is { } file
            && NativeLibrary.TryLoad(file, out nint library) && NativeLibrary.TryGetExport(library, "_ZN2at18get_cpu_capabilityB5cxx11Ev", out nint function))
        {
            byte** text = stackalloc byte*[4];
            ((delegate* unmanaged[Cdecl]<byte**, byte**>)function)(text);
            nint length = (nint)text[1];
            return length is > 0 and < 16 ? Encoding.ASCII.GetString(text[0], (int)length) : "unknown";
        }

        if (Environment.GetEnvironmentVariable("ATEN_CPU_CAPABILITY") is { Length: > 0 } chosen)
        {
            return chosen.ToUpperInvariant();
        }

        return Avx512F.IsSupported && Avx512DQ.IsSupported && Avx512BW.VL.IsSupported ? "AVX512" : Avx2.IsSupported && Fma.IsSupported ? "AVX2" : "DEFAULT";
    }

    /// <summary>Whether the processor multiplies bfloat16 itself.</summary>
    public static bool HasBFloat16() => BFloat16() is not null;

    /// <summary>The instructions by which the processor multiplies bfloat16 (CPUID leaf 7), or null when it has none.</summary>
    public static string? BFloat16()
    {
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < 7)
        {
            return null;
        }

        return (X86Base.CpuId(7, 0).Edx & (1 << 22)) != 0 ? "AMX-BF16" : (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0 ? "AVX512-BF16" : null;
    }

    /// <summary>The C library with its version, or nothing outside glibc.</summary>
    public static string CLibrary()
    {
        try
        {
            return OperatingSystem.IsLinux() ? $"glibc {Marshal.PtrToStringUTF8(gnu_get_libc_version())}" : "";
        }
        catch (EntryPointNotFoundException)
        {
            return "not glibc";
        }
    }

    /// <summary>The newest symbol version of the loaded libstdc++, told from its file's name (<c>libstdc++.so.6.0.30</c> defines up to <c>GLIBCXX_3.4.30</c>).</summary>
    public static string CppLibrary()
    {
        string? file = Lines("/proc/self/maps").Select(l => l.Split(' ')[^1]).FirstOrDefault(l => Path.GetFileName(l).StartsWith("libstdc++.so.6", StringComparison.Ordinal));
        return file is not null && int.TryParse(file.AsSpan(file.LastIndexOf('.') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int minor) && file.Contains(".6.0.", StringComparison.Ordinal)
            ? $"GLIBCXX_3.4.{minor}"
            : "";
    }

    private static string[] Lines(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllLines(file) : [];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint gnu_get_libc_version();
}
