using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>Checks that packed tensors and the offsets of their sequences fit together, before a kernel trusts them.</summary>
internal static class PackedOffsets
{
    public static void Check(Tensor packed, int[] offsets, int heads, int parts)
    {
        ArgumentNullException.ThrowIfNull(packed);
        ArgumentNullException.ThrowIfNull(offsets);
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        if (packed.ndim != 2 || packed.shape[1] == 0 || packed.shape[1] % ((long)parts * heads) != 0)
        {
            throw new ArgumentException(
                $"The packed tensor has the shape [{string.Join(", ", packed.shape)}]; expected [tokens, {parts} * hidden] with a hidden width that {heads} heads share.", nameof(packed));
        }

        Check(offsets, packed.shape[0]);
    }

    public static void CheckQuery(Tensor query, int[] queryOffsets, Tensor keyValue, int[] keyOffsets, int heads)
    {
        Check(query, queryOffsets, heads, parts: 1);
        if (queryOffsets.Length != keyOffsets.Length || query.shape[1] * 2 != keyValue.shape[1])
        {
            throw new ArgumentException(
                $"The queries have the shape [{string.Join(", ", query.shape)}] and {queryOffsets.Length - 1} sequences; expected {keyOffsets.Length - 1} sequences, {keyValue.shape[1] / 2} wide.", nameof(query));
        }
    }

    private static void Check(int[] offsets, long rows)
    {
        if (offsets.Length < 2 || offsets[0] != 0 || offsets[^1] != rows)
        {
            throw new ArgumentException($"The offsets must run from 0 to the {rows} tokens.", nameof(offsets));
        }

        for (int s = 1; s < offsets.Length; s++)
        {
            if (offsets[s] <= offsets[s - 1])
            {
                throw new ArgumentException($"Sequence {s - 1} runs from {offsets[s - 1]} to {offsets[s]}; a sequence has at least one token.", nameof(offsets));
            }
        }
    }
}
