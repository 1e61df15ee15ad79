using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>
/// Scaled dot-product attention (Vaswani et al., NeurIPS 2017, section 3.2) of sequences that lie packed, one after the other without padding. No position sees another sequence.
/// On the CPU in float32 (bfloat16 by way of it) the heads are computed by <see cref="AttentionBatch"/>; elsewhere by <see cref="PaddedAttention"/>, with the same dropout mask.
/// </summary>
public static class PackedAttention
{
    /// <summary>Every position attends to all positions of its own sequence.</summary>
    /// <param name="qkv">[tokens, 3 * hidden]: queries, keys and values side by side.</param>
    /// <param name="offsets">[sequences + 1]: the first position of each sequence, and the number of tokens.</param>
    /// <param name="heads">How many heads share the hidden width.</param>
    /// <param name="dropout">The probability of dropping an attention weight, in [0, 1).</param>
    /// <param name="key">Names the dropout mask (see <see cref="CounterDropout"/>).</param>
    /// <returns>[tokens, hidden].</returns>
    /// <exception cref="ArgumentException">The shapes, the offsets and the number of heads do not fit together, or a sequence is empty.</exception>
    public static Tensor SelfAttention(Tensor qkv, int[] offsets, int heads, double dropout, ulong key)
    {
        PackedOffsets.Check(qkv, offsets, heads, parts: 3);
        CounterDropout.Check(dropout);
        if (!RunsKernel(qkv))
        {
            return PaddedAttention.SelfAttention(qkv, offsets, heads, dropout, key);
        }

        return InFloat32(qkv, x => is_grad_enabled() && x.requires_grad
            ? FunctionMemory.Trim(SelfFunction.apply(x, offsets, heads, dropout, key))
            : new SelfCall(offsets, heads, dropout, key).Forward(x).Output);
    }

    /// <summary>One query per sequence attends to all positions of that sequence: what is left of a last layer of which a single position is read.</summary>
    /// <param name="query">[sequences, hidden].</param>
    /// <param name="keyValue">[tokens, 2 * hidden]: keys and values side by side.</param>
    /// <param name="offsets">[sequences + 1]: the first position of each sequence, and the number of tokens.</param>
    /// <param name="heads">How many heads share the hidden width.</param>
    /// <param name="dropout">The probability of dropping an attention weight, in [0, 1).</param>
    /// <param name="key">Names the dropout mask (see <see cref="CounterDropout"/>).</param>
    /// <returns>[sequences, hidden].</returns>
    /// <exception cref="ArgumentException">The shapes, the offsets and the number of heads do not fit together, or a sequence is empty.</exception>
    public static Tensor ReadAttention(Tensor query, Tensor keyValue, int[] offsets, int heads, double dropout, ulong key)
    {
        ArgumentNullException.ThrowIfNull(offsets);
        return Attention(query, keyValue, [.. Enumerable.Range(0, offsets.Length)], offsets, heads, dropout, key);
    }

    /// <summary>The queries of each sequence attend to all keys of that sequence; a sequence may have more keys than queries (prefix tuning) or fewer.</summary>
    /// <param name="query">[queries, hidden].</param>
    /// <param name="keyValue">[keys, 2 * hidden]: keys and values side by side.</param>
    /// <param name="queryOffsets">[sequences + 1]: the first query of each sequence, and the number of queries.</param>
    /// <param name="keyOffsets">[sequences + 1]: the first key of each sequence, and the number of keys.</param>
    /// <param name="heads">How many heads share the hidden width.</param>
    /// <param name="dropout">The probability of dropping an attention weight, in [0, 1).</param>
    /// <param name="key">Names the dropout mask (see <see cref="CounterDropout"/>).</param>
    /// <returns>[queries, hidden].</returns>
    /// <exception cref="ArgumentException">The shapes, the offsets and the number of heads do not fit together, or a sequence has no query or no key.</exception>
    public static Tensor Attention(Tensor query, Tensor keyValue, int[] queryOffsets, int[] keyOffsets, int heads, double dropout, ulong key)
    {
        PackedOffsets.Check(keyValue, keyOffsets, heads, parts: 2);
        PackedOffsets.CheckQuery(query, queryOffsets, keyValue, keyOffsets, heads);
        CounterDropout.Check(dropout);
        if (!RunsKernel(query) || !RunsKernel(keyValue))
        {
            return PaddedAttention.Attention(query, keyValue, queryOffsets, keyOffsets, heads, dropout, key);
        }

        return InFloat32(query, q => InFloat32(keyValue, kv => is_grad_enabled() && (q.requires_grad || kv.requires_grad)
            ? FunctionMemory.Trim(CrossFunction.apply(q, kv, queryOffsets, keyOffsets, heads, dropout, key))
            : new CrossCall(queryOffsets, keyOffsets, heads, dropout, key).Forward(q, kv).Output));
    }

    private static bool RunsKernel(Tensor x) => x.device_type == DeviceType.CPU && x.dtype is ScalarType.Float32 or ScalarType.BFloat16;

    private static Tensor InFloat32(Tensor x, Func<Tensor, Tensor> attention)
    {
        if (x.dtype == ScalarType.Float32)
        {
            return attention(x);
        }

        using Tensor wide = x.to(ScalarType.Float32);
        using Tensor result = attention(wide);
        return result.to(x.dtype);
    }

    /// <summary>The arguments of self-attention that are not tensors, and its two passes.</summary>
    internal sealed record SelfCall(int[] Offsets, int Heads, double Dropout, ulong Key)
    {
        public unsafe (Tensor Output, Tensor LogSumExp) Forward(Tensor qkv)
        {
            using Tensor input = qkv.contiguous();
            (Tensor output, Tensor logSumExp) = Results(qkv.shape[1] / 3);
            Batch(output, logSumExp, null, TensorMemory.Pointer<float>(input), null).Forward();
            return (output, logSumExp);
        }

        public unsafe Tensor Backward(Tensor qkv, Tensor output, Tensor logSumExp, Tensor gradient)
        {
            using Tensor input = qkv.contiguous(), outputGradient = gradient.contiguous();
            Tensor inputGradient = empty(qkv.shape, ScalarType.Float32, CPU);
            Batch(output, logSumExp, TensorMemory.Pointer<float>(outputGradient), TensorMemory.Pointer<float>(input), TensorMemory.Pointer<float>(inputGradient)).Backward();
            return inputGradient;
        }

        /// <summary>Memory for what a forward pass writes.</summary>
        public (Tensor Output, Tensor LogSumExp) Results(long hidden) => (empty([Offsets[^1], hidden], ScalarType.Float32, CPU), empty([Heads, Offsets[^1]], ScalarType.Float32, CPU));

        /// <summary>The work on queries, keys and values side by side, in float32 at <paramref name="qkv"/> or else in <paramref name="halves"/>.</summary>
        public unsafe AttentionBatch Batch(Tensor output, Tensor logSumExp, float* outputGradient, float* qkv, float* qkvGradient, AttentionHalves? halves = null)
        {
            int hidden = (int)output.shape[1];
            return new AttentionBatch
            {
                QueryOffsets = Offsets,
                KeyOffsets = Offsets,
                Heads = Heads,
                HeadSize = hidden / Heads,
                Dropout = Dropout,
                DropoutKey = Key,
                Query = qkv,
                Key = qkv + hidden,
                Value = qkv + (2 * hidden),
                Halves = halves,
                QueryStride = 3 * hidden,
                KeyStride = 3 * hidden,
                Output = TensorMemory.Pointer<float>(output),
                LogSumExp = TensorMemory.Pointer<float>(logSumExp),
                OutputGradient = outputGradient,
                QueryGradient = qkvGradient,
                KeyGradient = qkvGradient + hidden,
                ValueGradient = qkvGradient + (2 * hidden),
            };
        }
    }

    /// <summary>The arguments of attention with queries apart from the keys that are not tensors, and its two passes.</summary>
    private sealed record CrossCall(int[] QueryOffsets, int[] KeyOffsets, int Heads, double Dropout, ulong Key)
    {
        public unsafe (Tensor Output, Tensor LogSumExp) Forward(Tensor query, Tensor keyValue)
        {
            using Tensor q = query.contiguous(), kv = keyValue.contiguous();
            Tensor output = empty(query.shape, ScalarType.Float32, CPU), logSumExp = empty([Heads, QueryOffsets[^1]], ScalarType.Float32, CPU);
            Batch(q, kv, output, logSumExp, null, null, null).Forward();
            return (output, logSumExp);
        }

        public unsafe (Tensor Query, Tensor KeyValue) Backward(Tensor query, Tensor keyValue, Tensor output, Tensor logSumExp, Tensor gradient)
        {
            using Tensor q = query.contiguous(), kv = keyValue.contiguous(), outputGradient = gradient.contiguous();
            Tensor queryGradient = empty(query.shape, ScalarType.Float32, CPU), keyValueGradient = empty(keyValue.shape, ScalarType.Float32, CPU);
            Batch(
                q,
                kv,
                output,
                logSumExp,
                TensorMemory.Pointer<float>(outputGradient),
                TensorMemory.Pointer<float>(queryGradient),
                TensorMemory.Pointer<float>(keyValueGradient)).Backward();
            return (queryGradient, keyValueGradient);
        }

        private unsafe AttentionBatch Batch(
            Tensor query, Tensor keyValue, Tensor output, Tensor logSumExp, float* outputGradient, float* queryGradient, float* keyValueGradient)
        {
            int hidden = (int)query.shape[1];
            float* kv = TensorMemory.Pointer<float>(keyValue);
            return new AttentionBatch
            {
                QueryOffsets = QueryOffsets,
                KeyOffsets = KeyOffsets,
                Heads = Heads,
                HeadSize = hidden / Heads,
                Dropout = Dropout,
                DropoutKey = Key,
                Query = TensorMemory.Pointer<float>(query),
                Key = kv,
                Value = kv + hidden,
                QueryStride = hidden,
                KeyStride = 2 * hidden,
                Output = TensorMemory.Pointer<float>(output),
                LogSumExp = TensorMemory.Pointer<float>(logSumExp),
                OutputGradient = outputGradient,
                QueryGradient = queryGradient,
                KeyGradient = keyValueGradient,
                ValueGradient = keyValueGradient + hidden,
            };
        }
    }

    private sealed class SelfFunction : autograd.SingleTensorFunction<SelfFunction>
    {
        public override string Name => "PackedSelfAttention";

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var qkv = (Tensor)vars[0];
            var call = new SelfCall((int[])vars[1], (int)vars[2], (double)vars[3], (ulong)vars[4]);
            (Tensor output, Tensor logSumExp) = call.Forward(qkv);
            FunctionMemory.Save(ctx, qkv, output, logSumExp);
            ctx.save_data("call", call);
            return output;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            using var memory = FunctionMemory.Backward(ctx, grad_output);
            Tensor[] saved = memory.Saved;
            return FunctionMemory.Return(((SelfCall)ctx.get_data("call")).Backward(saved[0], saved[1], saved[2], grad_output), null, null, null, null);
        }
    }

    private sealed class CrossFunction : autograd.SingleTensorFunction<CrossFunction>
    {
        public override string Name => "PackedCrossAttention";

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            Tensor query = (Tensor)vars[0], keyValue = (Tensor)vars[1];
            var call = new CrossCall((int[])vars[2], (int[])vars[3], (int)vars[4], (double)vars[5], (ulong)vars[6]);
            (Tensor output, Tensor logSumExp) = call.Forward(query, keyValue);
            FunctionMemory.Save(ctx, query, keyValue, output, logSumExp);
            ctx.save_data("call", call);
            return output;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            using var memory = FunctionMemory.Backward(ctx, grad_output);
            Tensor[] saved = memory.Saved;
            (Tensor query, Tensor keyValue) = ((CrossCall)ctx.get_data("call")).Backward(saved[0], saved[1], saved[2], saved[3], grad_output);
            return FunctionMemory.Return(query, keyValue, null, null, null, null, null);
        }
    }
}
