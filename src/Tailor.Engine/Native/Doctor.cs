using System.Runtime.InteropServices;
using Tailor.Foundation;

namespace Tailor.Engine;

/// <summary>Examines whether this machine and this process can train, and at full speed.</summary>
public static class Doctor
{
    private const long LittleMemory = 4L << 30;

    /// <summary>Looks at libtorch, the processor, threads, devices and memory.</summary>
    /// <returns>Every finding, good ones included, problems first.</returns>
    public static IReadOnlyList<DoctorFinding> Examine()
    {
        var findings = new List<DoctorFinding>();
        try
        {
            LibtorchFacts facts = Libtorch.Facts();
            findings.Add(new(DoctorLevel.Ok, $"libtorch {facts.Version} from {facts.Path} (TorchSharp's native part: {facts.Route})."));
            if (facts.CLibrary.Length > 0)
            {
                findings.Add(new(DoctorLevel.Ok, $"{facts.CLibrary}, libstdc++ {(facts.CppLibrary.Length > 0 ? facts.CppLibrary : "of unknown version")}; allocator: {facts.Allocator}."));
            }

            Threads(facts, findings);
            Instructions(facts, findings);
            findings.Add(new(DoctorLevel.Ok, MixedPrecision.Refusal is { } reason ? $"No mixed precision: {reason}." : "Mixed precision is up to twice as fast here: --precision mixed."));
            Devices(facts, findings);
            Memory(facts, findings);
        }
        catch (InputException fault)
        {
            string[] parts = fault.Message.Split("; ", 2);
            findings.Add(new(DoctorLevel.Problem, parts[0], parts.Length > 1 ? parts[1] : ""));
        }

        return findings.OrderByDescending(f => f.Level).ToList();
    }

    private static void Threads(LibtorchFacts facts, List<DoctorFinding> findings)
    {
        string what = $"{facts.Threads} {(facts.Threads == 1 ? "thread" : "threads")} on {facts.Processors} {(facts.Processors == 1 ? "processor" : "processors")}.";
        findings.Add(facts.Threads < facts.Processors
            ? new(DoctorLevel.Warning, $"{what} Processors stay idle.", $"Unset {Libtorch.ThreadsVariable} or give --threads {facts.Processors}.")
            : facts.Threads > facts.Processors
            ? new(DoctorLevel.Warning, $"{what} Threads wait for one another.", $"Unset {Libtorch.ThreadsVariable} or give --threads {facts.Processors}.")
            : new(DoctorLevel.Ok, what));
        if (facts.Waiting.Length > 0)
        {
            findings.Add(new(DoctorLevel.Ok, $"Waiting: {facts.Waiting}."));
        }
    }

    private static void Instructions(LibtorchFacts facts, List<DoctorFinding> findings)
    {
        string what = $"{facts.Processor}: libtorch uses {facts.InstructionSet}, .NET vectors of {facts.VectorBits} bits, {(facts.OwnProducts ? "matrix products of Tailor's own" : "libtorch's matrix products")}{(facts.HasBFloat16 ? ", bfloat16 in hardware" : "")}.";
        bool narrow = RuntimeInformation.ProcessArchitecture == Architecture.X64 && (facts.InstructionSet == "DEFAULT" || facts.VectorBits < 256);
        findings.Add(narrow
            ? new(DoctorLevel.Warning, $"{what} Without AVX2 training is several times slower.", "Unset ATEN_CPU_CAPABILITY and DOTNET_EnableAVX2 if they are set; in a virtual machine, pass the host's processor through.")
            : new(DoctorLevel.Ok, what));
    }

    private static void Devices(LibtorchFacts facts, List<DoctorFinding> findings)
    {
        bool hasNvidia = File.Exists("/proc/driver/nvidia/version") || File.Exists("/dev/nvidiactl")
            || (OperatingSystem.IsWindows() && File.Exists(Path.Combine(Environment.SystemDirectory, "nvcuda.dll")));
        string what = $"Devices: {string.Join(", ", facts.Devices)}.";
        findings.Add(hasNvidia && !facts.Devices.Any(d => d.StartsWith("cuda", StringComparison.Ordinal))
            ? new(DoctorLevel.Warning, $"{what} An NVIDIA driver is here, but this libtorch is built for processors only.", $"Replace the package {LibtorchFiles.Package} by libtorch-cuda-12.8-{LibtorchFiles.Platform} {Libtorch.RequiredVersion} (untested) and give --device cuda.")
            : new(DoctorLevel.Ok, what));
    }

    private static void Memory(LibtorchFacts facts, List<DoctorFinding> findings)
    {
        string what = $"{facts.MemoryBytes / (double)(1L << 30):F1} GiB of memory for this process.";
        findings.Add(facts.MemoryBytes < LittleMemory
            ? new(DoctorLevel.Warning, $"{what} A base-sized encoder needs about 4 GiB to fine-tune.", "Use a small encoder or smaller batches, or raise the limit of the container.")
            : new(DoctorLevel.Ok, what));
    }
}
