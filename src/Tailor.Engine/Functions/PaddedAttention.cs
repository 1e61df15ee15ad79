using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>
/// What <see cref="PackedAttention"/> computes, in libtorch's own operations on padded sequences: the path of other devices and types, and the reference of the kernel's tests.
/// Its dropout mask is the kernel's.
/// </summary>
public static class PaddedAttention
{
    /// <summary>See <see cref="PackedAttention.SelfAttention"/>; any device and floating type.</summary>
    public static Tensor SelfAttention(Tensor qkv, int[] offsets, int heads, double dropout, ulong key) => SelfAttend(qkv, offsets, heads, dropout, key, causal: false);

    /// <summary>As <see cref="SelfAttention"/>, but every position attends only to itself and what stands before it (Vaswani et al., section 3.2.3).</summary>
    public static Tensor CausalSelfAttention(Tensor qkv, int[] offsets, int heads, double dropout, ulong key) => SelfAttend(qkv, offsets, heads, dropout, key, causal: true);

    /// <summary>See <see cref="PackedAttention.ReadAttention"/>; any device and floating type.</summary>
    public static Tensor ReadAttention(Tensor query, Tensor keyValue, int[] offsets, int heads, double dropout, ulong key)
    {
        ArgumentNullException.ThrowIfNull(offsets);
        return Attention(query, keyValue, [.. Enumerable.Range(0, offsets.Length)], offsets, heads, dropout, key);
    }

    /// <summary>See <see cref="PackedAttention.Attention"/>; any device and floating type.</summary>
    public static Tensor Attention(Tensor query, Tensor keyValue, int[] queryOffsets, int[] keyOffsets, int heads, double dropout, ulong key)
    {
        PackedOffsets.Check(keyValue, keyOffsets, heads, parts: 2);
        PackedOffsets.CheckQuery(query, queryOffsets, keyValue, keyOffsets, heads);
        CounterDropout.Check(dropout);
        using DisposeScope scope = NewDisposeScope();
        (Tensor padded, _) = Pad(keyValue, keyOffsets, heads, parts: 2);
        (Tensor queries, Tensor places) = Pad(query, queryOffsets, heads, parts: 1);
        Tensor attended = Attend(queries[0], padded[0], padded[1], keyOffsets, dropout, key);
        return attended.transpose(1, 2).reshape(-1, query.shape[1]).index_select(0, places).MoveToOuterDisposeScope();
    }

    private static Tensor SelfAttend(Tensor qkv, int[] offsets, int heads, double dropout, ulong key, bool causal)
    {
        PackedOffsets.Check(qkv, offsets, heads, parts: 3);
        CounterDropout.Check(dropout);
        using DisposeScope scope = NewDisposeScope();
        (Tensor padded, Tensor places) = Pad(qkv, offsets, heads, parts: 3);
        Tensor attended = Attend(padded[0], padded[1], padded[2], offsets, dropout, key, causal);
        long hidden = qkv.shape[1] / 3;
        return attended.transpose(1, 2).reshape(-1, hidden).index_select(0, places).MoveToOuterDisposeScope();
    }

    /// <summary>[parts, sequences, heads, longest, head size], and the place of each token among sequences * longest.</summary>
    private static (Tensor Padded, Tensor Places) Pad(Tensor packed, int[] offsets, int heads, int parts)
    {
        int sequences = offsets.Length - 1, longest = Longest(offsets);
        long[] places = new long[offsets[^1]];
        for (int s = 0; s < sequences; s++)
        {
            for (int t = offsets[s]; t < offsets[s + 1]; t++)
            {
                places[t] = ((long)s * longest) + t - offsets[s];
            }
        }

        Tensor index = tensor(places, device: packed.device);
        Tensor padded = zeros([(long)sequences * longest, packed.shape[1]], packed.dtype, packed.device).index_copy(0, index, packed);
        return (padded.view(sequences, longest, parts, heads, packed.shape[1] / parts / heads).permute(2, 0, 3, 1, 4), index);
    }

    private static Tensor Attend(Tensor query, Tensor key, Tensor value, int[] offsets, double dropout, ulong dropoutKey, bool causal = false)
    {
        int sequences = offsets.Length - 1, longest = Longest(offsets);
        float[] padding = new float[(long)sequences * longest];
        for (int s = 0; s < sequences; s++)
        {
            padding.AsSpan((s * longest) + offsets[s + 1] - offsets[s], longest - offsets[s + 1] + offsets[s]).Fill(float.NegativeInfinity);
        }

        Tensor mask = tensor(padding).view(sequences, 1, 1, longest).to(query.dtype, query.device);
        if (causal)
        {
            mask = mask.add(full([longest, longest], LastingScalar.Of(double.NegativeInfinity), query.dtype, query.device).triu(1), LastingScalar.One);
        }

        if (dropout == 0)
        {
            return nn.functional.scaled_dot_product_attention(query, key, value, mask);
        }

        Tensor scores = query.matmul(key.transpose(-2, -1)).mul(LastingScalar.Of(1 / Math.Sqrt(query.shape[3]))).add(mask, LastingScalar.One);
        Tensor kept = DropoutMask(sequences, (int)query.shape[1], (int)query.shape[2], longest, dropout, dropoutKey).to(query.dtype, query.device);
        return scores.softmax(-1).mul(kept).mul(LastingScalar.Of(1 / (1 - dropout))).matmul(value);
    }

    private static Tensor DropoutMask(int sequences, int heads, int queries, int keys, double dropout, ulong key)
    {
        uint threshold = CounterHash.Threshold(dropout);
        float[] mask = new float[checked(sequences * heads * queries * keys)];
        int at = 0;
        for (int s = 0; s < sequences; s++)
        {
            for (int h = 0; h < heads; h++)
            {
                ulong headKey = AttentionBatch.DropoutKeyOf(key, s, h, heads);
                for (int i = 0; i < queries; i++)
                {
                    CounterHash.Row row = CounterHash.RowOf(headKey, (ulong)i);
                    for (uint j = 0; j < keys; j++)
                    {
                        mask[at++] = CounterHash.Keeps(row, j, threshold) ? 1 : 0;
                    }
                }
            }
        }

        return tensor(mask).view(sequences, heads, queries, keys);
    }

    private static int Longest(int[] offsets)
    {
        int longest = 0;
        for (int s = 1; s < offsets.Length; s++)
        {
            longest = Math.Max(longest, offsets[s] - offsets[s - 1]);
        }

        return longest;
    }
}
