using System.Runtime.Intrinsics.X86;

namespace Tailor.Engine;

/// <summary>
/// Whether large matrix products are our own (docs/decisions/7): on AMD processors with AVX-512 (Zen 4, family 25, and later), where the MKL in libtorch keeps to AVX2: half of a Zen 5, and on a
/// Zen 4 less than ours wherever anything else runs. <c>TAILOR_MATRIX=own</c> (any processor with AVX-512) or <c>TAILOR_MATRIX=libtorch</c> decides otherwise.
/// </summary>
public static class MatrixChoice
{
    private const int Zen4 = 0x19;
    private static bool s_own = Choose(Environment.GetEnvironmentVariable("TAILOR_MATRIX"));

    /// <summary>Whether <see cref="LinearProduct"/> takes our own product.</summary>
    public static bool Own => s_own;

    /// <summary>Forces the choice, for tests that hold the two against each other.</summary>
    internal static void Force(bool own) => s_own = own;

    internal static bool Choose(string? setting) =>
        Avx512F.IsSupported && SimdChoice.Bits == 512 && setting != "libtorch" && (setting == "own" || (IsAmd() && Family() >= Zen4));

    private static bool IsAmd()
    {
        // "AuthenticAMD" in the order of the registers that CPUID leaf 0 gives it in.
        (_, int b, int c, int d) = X86Base.CpuId(0, 0);
        return b == 0x68747541 && d == 0x69746e65 && c == 0x444d4163;
    }

    private static int Family()
    {
        int signature = X86Base.CpuId(1, 0).Eax, family = (signature >> 8) & 0xf;
        return family == 0xf ? family + ((signature >> 20) & 0xff) : family;
    }
}
