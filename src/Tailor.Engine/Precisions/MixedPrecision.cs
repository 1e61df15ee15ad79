using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>Whether <see cref="Precision.Mixed"/> pays on this machine: libtorch multiplies bfloat16 without the processor's instructions too, at a tenth of the speed of float32.</summary>
public static class MixedPrecision
{
    /// <summary>The environment variable by which <c>0</c> says that the processor has no bfloat16; for tests and machines that lie about it.</summary>
    public const string Variable = "TAILOR_BF16";

    // oneDNN, which multiplies bfloat16 for libtorch, obeys these whatever the processor has.
    private static readonly string[] CeilingVariables = ["ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"];
    private static readonly string[] LowCeilings = ["SSE41", "AVX", "AVX2", "AVX2_VNNI", "AVX2_VNNI_2", "AVX512_CORE", "AVX512_CORE_VNNI"];

    private static readonly Lazy<string?> s_refusal = new(() => Refuse(Environment.GetEnvironmentVariable, MachineFacts.HasBFloat16()));

    /// <summary>Why mixed precision would be slower than float32 here, a clause for a message; null where it is faster.</summary>
    public static string? Refusal => s_refusal.Value;

    /// <summary>Refuses a precision that a device computes more slowly than float32. Other devices than the CPU are taken at their word.</summary>
    /// <param name="precision">The precision asked for.</param>
    /// <param name="device">Where it is to be computed.</param>
    /// <exception cref="InputException">Mixed precision does not pay here; the message says why.</exception>
    public static void Require(Precision precision, Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (precision == Precision.Mixed && device.type == DeviceType.CPU && Refusal is { } reason)
        {
            throw new InputException($"--precision mixed: {reason}; use fp32, the default");
        }
    }

    internal static string? Refuse(Func<string, string?> environment, bool hasInstructions) =>
        environment(Variable) == "0" ? $"{Variable}=0 says that this processor has no bf16 instructions, and without them it is slower than fp32"
        : !hasInstructions ? $"this processor ({MachineFacts.Processor()}) has no bf16 instructions (AVX512-BF16 or AMX-BF16), and without them it is slower than fp32"
        : Array.Find(CeilingVariables, name => LowCeilings.Contains(environment(name)?.ToUpperInvariant())) is { } ceiling
        ? $"{ceiling}={environment(ceiling)} forbids the bf16 instructions, and without them it is slower than fp32 (unset it)"
        : null;
}
