using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>
/// The projection to queries, keys and values and the attention between them (Vaswani et al., NeurIPS 2017, section 3.2.2), of sequences that lie packed. In mixed precision on the CPU one function computes both:
/// attention reads the product as it is, in bfloat16, and writes its gradients as the next products read them, with the same roundings as the two parts one after the other.
/// </summary>
public static class SelfAttention
{
    /// <summary>Every position attends to all positions of its own sequence.</summary>
    /// <param name="x">[tokens, width].</param>
    /// <param name="projection">To queries, keys and values side by side, [3 * hidden, width].</param>
    /// <param name="offsets">[sequences + 1]: the first position of each sequence, and the number of tokens.</param>
    /// <param name="heads">How many heads share the hidden width.</param>
    /// <param name="dropout">The probability of dropping an attention weight, in [0, 1).</param>
    /// <param name="key">Names the dropout mask (see <see cref="CounterDropout"/>).</param>
    /// <returns>[tokens, hidden].</returns>
    /// <exception cref="ArgumentException">The shapes, the offsets and the number of heads do not fit together, or a sequence is empty.</exception>
    public static Tensor Apply(Tensor x, Linear projection, int[] offsets, int heads, double dropout, ulong key)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(projection);
        ArgumentNullException.ThrowIfNull(offsets);
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        if (PrecisionScope.Current != Precision.Mixed || !Fuses(x, projection, heads))
        {
            return PackedAttention.SelfAttention(projection.Forward(x), offsets, heads, dropout, key);
        }

        CounterDropout.Check(dropout);
        PackedOffsets.Check(x, offsets, heads: 1, parts: 1);
        (Tensor weight, Tensor bias, Tensor half) = (projection.Weight.Value, projection.Bias!.Value, PrecisionScope.Half(projection.Weight));
        var call = new PackedAttention.SelfCall(offsets, heads, dropout, key);
        if (is_grad_enabled() && (x.requires_grad || weight.requires_grad || bias.requires_grad))
        {
            return FunctionMemory.Trim(Function.apply(x, weight, bias, half, call));
        }

        using Tensor input = MixedProduct.Halved(x), product = nn.functional.linear(input, half);
        (Tensor output, Tensor logSumExp) = Forward(call, product, bias);
        logSumExp.Dispose();
        return output;
    }

    /// <summary>Whether one function computes it in mixed precision.</summary>
    internal static bool Fuses(Tensor x, Linear projection, int heads) =>
        projection.Adapter is null && projection.Bias is { } bias && TensorMemory.IsPlain(bias.Value) && x.device_type == DeviceType.CPU && MixedProduct.Pays(x, projection.Weight.Value)
        && projection.Weight.Value.shape[0] % (3L * heads * AttentionHalves.SizeBlock) == 0;

    /// <summary>[tokens, hidden], and what the backward pass needs beside it, of a product that may have rows behind the last token.</summary>
    private static unsafe (Tensor Output, Tensor LogSumExp) Forward(PackedAttention.SelfCall call, Tensor product, Tensor bias)
    {
        (Tensor output, Tensor logSumExp) = call.Results(product.shape[1] / 3);
        call.Batch(output, logSumExp, null, null, null, Halves(product, bias, null, null)).Forward();
        return (output, logSumExp);
    }

    /// <summary>The gradient of the product in bfloat16, with rows of zeros where it has rows behind the last token, and in float32 that of the bias.</summary>
    private static unsafe (Tensor Product, Tensor Bias) Backward(PackedAttention.SelfCall call, Tensor product, Tensor bias, Tensor output, Tensor logSumExp, Tensor outputGradient)
    {
        int columns = (int)product.shape[1], tokens = call.Offsets[^1], sequences = call.Offsets.Length - 1;
        Tensor gradient = empty(product.shape, ScalarType.BFloat16, CPU), biasGradient = empty(columns, ScalarType.Float32, CPU);
        using Tensor rest = gradient.narrow(0, tokens, product.shape[0] - tokens), contiguous = outputGradient.contiguous();
        rest.zero_();
        float* sums = TaskSums.Memory(sequences, columns);
        call.Batch(output, logSumExp, TensorMemory.Pointer<float>(contiguous), null, null, Halves(product, bias, TensorMemory.Pointer<ushort>(gradient), sums)).Backward();
        TaskSums.End(sums, sequences, columns, TensorMemory.Pointer<float>(biasGradient));
        return (gradient, biasGradient);
    }

    private static unsafe AttentionHalves Halves(Tensor product, Tensor bias, ushort* gradient, float* sums) => new()
    {
        Product = TensorMemory.Pointer<ushort>(product),
        Bias = TensorMemory.Pointer<float>(bias),
        Hidden = (int)(product.shape[1] / 3),
        Gradient = gradient,
        Sums = sums,
    };

    private sealed class Function : autograd.SingleTensorFunction<Function>
    {
        public override string Name => nameof(SelfAttention);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            Tensor x = (Tensor)vars[0], weight = (Tensor)vars[1], bias = (Tensor)vars[2], half = (Tensor)vars[3];
            var call = (PackedAttention.SelfCall)vars[4];
            (bool X, bool Weight, bool Bias) needs = (x.requires_grad, weight.requires_grad, bias.requires_grad);
            using Tensor input = MixedProduct.Halved(x), product = nn.functional.linear(input, half);
            (Tensor output, Tensor logSumExp) = Forward(call, product, bias);
            FunctionMemory.Save(ctx, [product, bias, output, logSumExp, .. needs.X ? [half] : Array.Empty<Tensor>(), .. needs.Weight ? [input] : Array.Empty<Tensor>()]);
            logSumExp.Dispose();
            ctx.save_data("call", (call, needs));
            return output;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            using var memory = FunctionMemory.Backward(ctx, grad_output);
            (PackedAttention.SelfCall call, (bool X, bool Weight, bool Bias) needs) = ((PackedAttention.SelfCall, (bool, bool, bool)))ctx.get_data("call");
            Tensor[] saved = memory.Saved;
            (Tensor product, Tensor bias) = Backward(call, saved[0], saved[1], saved[2], saved[3], grad_output);
            using Tensor gradient = product;
            if (!needs.Bias)
            {
                bias.Dispose();
            }

            // Gradients of weights may take its place.
            saved[0].Dispose();
            return FunctionMemory.Return(
                needs.X ? MixedProduct.InputGradient(gradient, saved[4], grad_output.shape[0]) : null,
                needs.Weight ? MixedProduct.WeightGradient(gradient, saved[^1]) : null,
                needs.Bias ? bias : null,
                null,
                null);
        }
    }
}
