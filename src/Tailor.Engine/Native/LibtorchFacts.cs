using System.Numerics;
using System.Runtime.Intrinsics;
using TorchSharp;

namespace Tailor.Engine;

/// <summary>What is loaded and what this machine offers, as <c>tailor doctor</c> prints it.</summary>
/// <param name="Version">libtorch's version.</param>
/// <param name="Path">The file of libtorch's processor part.</param>
/// <param name="Route">How TorchSharp's native part was loaded: <c>plain</c>, or a copy in memory and what was changed in it.</param>
/// <param name="Threads">Threads of kernels.</param>
/// <param name="Processors">Processors this process may use.</param>
/// <param name="Processor">The processor's name.</param>
/// <param name="InstructionSet">The instruction set libtorch's kernels use, such as <c>AVX2</c>.</param>
/// <param name="OwnProducts">Whether large matrix products are Tailor's own (<see cref="MatrixChoice"/>) and not libtorch's.</param>
/// <param name="VectorBits">The widest vectors of .NET on this machine, in bits.</param>
/// <param name="HasBFloat16">Whether the processor multiplies bfloat16 itself (AVX512-BF16 or AMX-BF16).</param>
/// <param name="Devices">The devices: <c>cpu</c>, <c>cuda:0</c> and so on, <c>mps</c>.</param>
/// <param name="CLibrary">The C library, such as <c>glibc 2.36</c>; empty outside Linux.</param>
/// <param name="CppLibrary">The C++ library's newest symbol version, such as <c>GLIBCXX_3.4.30</c>; empty outside Linux or when it cannot be told.</param>
/// <param name="Allocator">What was set in the C library's allocator.</param>
/// <param name="Waiting">How libtorch's threads wait for one another; empty outside Linux.</param>
/// <param name="MemoryBytes">Memory this process may use, in bytes.</param>
public sealed record LibtorchFacts(
    string Version,
    string Path,
    string Route,
    int Threads,
    int Processors,
    string Processor,
    string InstructionSet,
    bool OwnProducts,
    int VectorBits,
    bool HasBFloat16,
    IReadOnlyList<string> Devices,
    string CLibrary,
    string CppLibrary,
    string Allocator,
    string Waiting,
    long MemoryBytes)
{
    /// <summary>What the bits of a result depend on beside seed and threads: libtorch's instruction set, and whose matrix products are used.</summary>
    public string Arithmetic => OwnProducts ? $"{InstructionSet}, own matrix products" : InstructionSet;

    /// <summary>What the bits of a result depend on beside seed and threads, in a precision.</summary>
    /// <param name="precision">The precision.</param>
    public string ArithmeticIn(Precision precision) => precision == Precision.Fp32 ? Arithmetic : $"{Arithmetic}, bf16 by {MachineFacts.BFloat16()}";

    internal static LibtorchFacts Gather() => new(
        System.Version.Parse(torch.__version__).ToString(3),
        LibtorchFiles.Find("torch_cpu") ?? "",
        Libtorch.Route,
        torch.get_num_threads(),
        Environment.ProcessorCount,
        MachineFacts.Processor(),
        MachineFacts.InstructionSet(),
        MatrixChoice.Own,
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector<byte>.Count * 8,
        MachineFacts.HasBFloat16(),
        ListDevices(),
        MachineFacts.CLibrary(),
        MachineFacts.CppLibrary(),
        Engine.Allocator.State,
        OpenMpWaiting.State,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    private static List<string> ListDevices()
    {
        var devices = new List<string> { "cpu" };
        if (torch.cuda_is_available())
        {
            devices.AddRange(Enumerable.Range(0, torch.cuda.device_count()).Select(i => $"cuda:{i}"));
        }

        if (OperatingSystem.IsMacOS() && torch.mps_is_available())
        {
            devices.Add("mps");
        }

        return devices;
    }
}
