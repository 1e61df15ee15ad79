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
        if (PrecisionScope.Current != Precision.Mixed || !IsOurs(x, projection, heads))
        {
            return PackedAttention.SelfAttention(projection.Forward(x), offsets, heads, dropout, key);
        }

        CounterDropout.Check(dropout);
        PackedOffsets.Check(x, offsets, heads: 1, parts: 1);
        (Tensor weight, Tensor bias, Tensor half) = (projection.Weight.Value, projection.Bias!.Value, PrecisionScope.Half(projection.Weight));
        var call = new Call(offsets, heads, dropout, key);
        if (is_grad_enabled() && (x.requires_grad || weight.requires_grad || bias.requires_grad))
        {
            return FunctionMemory.Trim(Function.apply(x, weight, bias, half, call));
        }

        using Tensor input = MixedProduct.Halved(x), product = nn.functional.linear(input, half);
        (Tensor output, Tensor logSumExp) = call.Forward(product, bias);
        logSumExp.Dispose();
        return output;
    }

    private static bool IsOurs(Tensor x, Linear projection, int heads) =>
        projection.Adapter is null && projection.Bias is { } bias && TensorMemory.IsPlain(bias.Value) && x.device_type == DeviceType.CPU && MixedProduct.Pays(x, projection.Weight.Value)
        && projection.Weight.Value.shape[0] % (3L * heads * AttentionHalves.SizeBlock) == 0;

    /// <summary>The arguments that are not tensors, and the two passes of attention.</summary>
    private sealed record Call(int[] Offsets, int Heads, double Dropout, ulong Key)
    {
        /// <summary>[tokens, hidden], and what the backward pass needs beside it, of a product that may have rows behind the last token.</summary>
        public unsafe (Tensor Output, Tensor LogSumExp) Forward(Tensor product, Tensor bias)
        {
            Tensor output = empty([Offsets[^1], product.shape[1] / 3], ScalarType.Float32, CPU), logSumExp = empty([Heads, Offsets[^1]], ScalarType.Float32, CPU);
            Batch(product, bias, output, logSumExp).Forward();
            return (output, logSumExp);
        }

        /// <summary>The gradient of the product in bfloat16, with rows of zeros where it has rows behind the last token, and in float32 that of the bias.</summary>
        public unsafe (Tensor Product, Tensor Bias) Backward(Tensor product, Tensor bias, Tensor output, Tensor logSumExp, Tensor outputGradient)
        {
            int columns = (int)product.shape[1], sequences = Offsets.Length - 1;
            Tensor gradient = empty(product.shape, ScalarType.BFloat16, CPU), biasGradient = empty(columns, ScalarType.Float32, CPU);
            using Tensor rest = gradient.narrow(0, Offsets[^1], product.shape[0] - Offsets[^1]), contiguous = outputGradient.contiguous();
            rest.zero_();
            float* sums = TaskSums.Memory(sequences, columns);
            Batch(product, bias, output, logSumExp, TensorMemory.Pointer<float>(contiguous), TensorMemory.Pointer<ushort>(gradient), sums).Backward();
            TaskSums.End(sums, sequences, columns, TensorMemory.Pointer<float>(biasGradient));
            return (gradient, biasGradient);
        }

        private unsafe AttentionBatch Batch(
            Tensor product, Tensor bias, Tensor output, Tensor logSumExp, float* outputGradient = null, ushort* gradient = null, float* sums = null)
        {
            int hidden = (int)(product.shape[1] / 3);
            return new AttentionBatch
            {
                QueryOffsets = Offsets,
                KeyOffsets = Offsets,
                Heads = Heads,
                HeadSize = hidden / Heads,
                Dropout = Dropout,
                DropoutKey = Key,
                Query = null,
                Key = null,
                Value = null,
                QueryStride = 3 * hidden,
                KeyStride = 3 * hidden,
                Halves = new AttentionHalves
                {
                    Product = TensorMemory.Pointer<ushort>(product),
                    Bias = TensorMemory.Pointer<float>(bias),
                    Hidden = hidden,
                    Gradient = gradient,
                    Sums = sums,
                },
                Output = TensorMemory.Pointer<float>(output),
                LogSumExp = TensorMemory.Pointer<float>(logSumExp),
                OutputGradient = outputGradient,
            };
        }
    }

    private sealed class Function : autograd.SingleTensorFunction<Function>
    {
        public override string Name => nameof(SelfAttention);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            Tensor x = (Tensor)vars[0], weight = (Tensor)vars[1], bias = (Tensor)vars[2], half = (Tensor)vars[3];
            var call = (Call)vars[4];
            (bool X, bool Weight, bool Bias) needs = (x.requires_grad, weight.requires_grad, bias.requires_grad);
            using Tensor input = MixedProduct.Halved(x), product = nn.functional.linear(input, half);
            (Tensor output, Tensor logSumExp) = call.Forward(product, bias);
            FunctionMemory.Save(ctx, [product, bias, output, logSumExp, .. needs.X ? [half] : Array.Empty<Tensor>(), .. needs.Weight ? [input] : Array.Empty<Tensor>()]);
            logSumExp.Dispose();
            ctx.save_data("call", (call, needs));
            return output;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            using var memory = FunctionMemory.Backward(ctx, grad_output);
            (Call call, (bool X, bool Weight, bool Bias) needs) = ((Call, (bool, bool, bool)))ctx.get_data("call");
            Tensor[] saved = memory.Saved;
            (Tensor product, Tensor bias) = call.Backward(saved[0], saved[1], saved[2], saved[3], grad_output);
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
