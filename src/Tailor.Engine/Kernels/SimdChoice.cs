using System.Runtime.Intrinsics;

namespace Tailor.Engine;

/// <summary>Which width of vectors the kernels use: the widest the processor has, or what the environment variable TAILOR_SIMD (128, 256 or 512) asks for.</summary>
public static class SimdChoice
{
    private static int s_bits = Choose(Environment.GetEnvironmentVariable("TAILOR_SIMD"));

    /// <summary>The width in bits: 128, 256 or 512.</summary>
    public static int Bits => s_bits;

    /// <summary>The widths that this processor runs in hardware.</summary>
    internal static IEnumerable<int> Available =>
        Vector512.IsHardwareAccelerated ? [128, 256, 512] : Vector256.IsHardwareAccelerated ? [128, 256] : [128];

    /// <summary>Forces a width, for tests that hold the paths against each other.</summary>
    internal static void Force(int bits) => s_bits = bits;

    /// <summary>The width for a setting; a setting that is absent, unreadable or wider than the processor gives the widest.</summary>
    internal static int Choose(string? setting)
    {
        int widest = Available.Max();
        return int.TryParse(setting, out int asked) && Available.Contains(asked) ? asked : widest;
    }
}
