namespace Tailor.Imaging;

/// <summary>
/// Fixed-point weights as two 16-bit halves, weight = high x 2^11 + low: the processor's multiply-add of 16-bit pairs then gives the exact 32-bit sums at half the cost of 32-bit products.
/// </summary>
internal static class SplitWeights
{
    /// <summary>The bits of the low half.</summary>
    public const int LowBits = 11;

    /// <summary>The high half, signed.</summary>
    public static short High(int weight) => (short)(weight >> LowBits);

    /// <summary>The low half, 0 to 2,047.</summary>
    public static short Low(int weight) => (short)(weight & ((1 << LowBits) - 1));

    /// <summary>Two neighbours' halves as the multiply-add takes them: the first in the lower 16 bits.</summary>
    public static int Pair(short first, short second) => (ushort)first | (second << 16);
}
