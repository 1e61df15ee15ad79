using Tailor.Engine;
using Tailor.Foundation;

namespace Tailor.Bench;

/// <summary>One column of <c>versus</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Lack">Why it cannot run here, or null.</param>
/// <param name="Measure">Measures a workload, given the file it is in.</param>
internal sealed record Side(string Name, string? Lack, Func<string, Measurement> Measure)
{
    /// <summary>Tailor in fp32.</summary>
    public const string Tailor = "Tailor";

    /// <summary>Tailor with bf16 products.</summary>
    public const string TailorMixed = "Tailor mixed";

    /// <summary>The same in TorchSharp's own modules, fp32.</summary>
    public const string Plain = "plain TorchSharp";

    /// <summary>The same in PyTorch, fp32.</summary>
    public const string PyTorch = "PyTorch";

    /// <summary>The same in PyTorch under autocast to bf16.</summary>
    public const string PyTorchBFloat16 = "PyTorch bf16";

    /// <summary>The exported graph in ONNX Runtime, fp32; inference alone.</summary>
    public const string Onnx = "ONNX Runtime";

    /// <summary>The exported graph with 8-bit linear layers.</summary>
    public const string OnnxInt8 = "ONNX Runtime int8";

    /// <summary>Which sides are held against which: the winner's own precision, and mixed precision against the fp32 of today.</summary>
    public static IReadOnlyList<(string Own, IReadOnlyList<string> Others)> Comparisons { get; } =
    [
        (Tailor, [Plain, PyTorch]),
        (TailorMixed, [PyTorchBFloat16]),
        (TailorMixed, [Plain, PyTorch]),
        (Tailor, [Onnx]),
        (TailorMixed, [OnnxInt8]),
    ];

    /// <summary>Every side, those that cannot run here with the reason.</summary>
    /// <param name="peer">PyTorch.</param>
    public static IReadOnlyList<Side> All(PyTorchPeer peer)
    {
        string? noTorch = peer.Lack(), slow = Libtorch.Facts().HasBFloat16 ? null : "this processor has no bf16 instructions, so bf16 would only be slower";
        return
        [
            Own(Tailor),
            Own(TailorMixed, MixedPrecision.Refusal),
            Own(Plain),
            new(PyTorch, noTorch, file => peer.Measure(file, bfloat16: false)),
            new(PyTorchBFloat16, noTorch ?? slow, file => peer.Measure(file, bfloat16: true)),
            Own(Onnx),
            Own(OnnxInt8),
        ];
    }

    /// <summary>The names of all sides.</summary>
    public static IReadOnlyList<string> Names { get; } = [Tailor, TailorMixed, Plain, PyTorch, PyTorchBFloat16, Onnx, OnnxInt8];

    /// <summary>Whether a side has such steps.</summary>
    /// <param name="kind">What they do.</param>
    public bool Does(WorkloadKind kind) => Name is not (Onnx or OnnxInt8) || kind == WorkloadKind.Inference;

    /// <summary>Checks a name.</summary>
    /// <exception cref="InputException">It is no side.</exception>
    public static string Named(string name) => Names.Contains(name) ? name : throw new InputException($"no side '{name}'{NearestName.Hint(name, Names)}; the sides are {string.Join(", ", Names)}");

    private static Side Own(string name, string? lack = null) => new(name, lack, file => MeasureCommand.Run(name, file));
}
