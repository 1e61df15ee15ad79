using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tailor.Imaging;

/// <summary>
/// Which width of vectors the pixel kernels use: the widest the processor has of 256 and 128 bits, at most what the environment variable TAILOR_SIMD asks for, or none (0). All give the same bytes.
/// </summary>
internal static class PixelSimd
{
    /// <summary>The widths that this processor runs; 0 is plain code.</summary>
    public static IReadOnlyList<int> Available { get; } = Avx2.IsSupported ? [256, 128, 0] : Vector128.IsHardwareAccelerated ? [128, 0] : [0];

    /// <summary>The width used where no other is asked for.</summary>
    public static int Bits { get; } = Choose(Environment.GetEnvironmentVariable("TAILOR_SIMD"));

    private static int Choose(string? setting) => int.TryParse(setting, out int asked) ? Available.First(bits => bits <= Math.Max(asked, 0)) : Available[0];
}
