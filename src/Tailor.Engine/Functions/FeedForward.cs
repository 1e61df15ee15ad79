using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>
/// The feed-forward of a transformer layer, f(x W₁ᵀ + b₁) W₂ᵀ + b₂ (Vaswani et al., NeurIPS 2017, section 3.3). With GELU on the CPU one function computes it, whose only large tensor that waits for the backward pass
/// is x W₁ᵀ: bias, activation and casts of mixed precision are one pass over it (<see cref="GeluKernel"/>), and the backward pass computes the activation again.
/// </summary>
public static class FeedForward
{
    [ThreadStatic]
    private static ScratchTensor? s_active;

    [ThreadStatic]
    private static ScratchTensor? s_sums;

    /// <summary>Applies it to every row.</summary>
    /// <param name="x">[rows, width].</param>
    /// <param name="up">The first layer, [inner, width].</param>
    /// <param name="activation">f.</param>
    /// <param name="down">The second layer, [width, inner].</param>
    /// <returns>[rows, width].</returns>
    public static Tensor Apply(Tensor x, Linear up, Activation activation, Linear down)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(up);
        ArgumentNullException.ThrowIfNull(down);
        bool mixed = PrecisionScope.Current == Precision.Mixed;
        if (activation != Activation.Gelu || !IsOurs(x, up, down) || (mixed && !Pays(x, up.Weight.Value, down.Weight.Value)))
        {
            return down.Forward(activation.Apply(up.Forward(x)));
        }

        Tensor[] weights = [up.Weight.Value, up.Bias!.Value, down.Weight.Value, down.Bias!.Value];
        (Tensor first, Tensor second) = mixed ? (PrecisionScope.Half(up.Weight), PrecisionScope.Half(down.Weight)) : (weights[0], weights[2]);
        if (is_grad_enabled() && (x.requires_grad || Array.Exists(weights, weight => weight.requires_grad)))
        {
            return FunctionMemory.Trim(Function.apply(x, weights[0], weights[1], weights[2], weights[3], first, second));
        }

        (Tensor input, Tensor inner, Tensor output) = Forward(x, first, weights[1], second, weights[3], keep: false);
        input.Dispose();
        inner.Dispose();
        return output;
    }

    private static bool IsOurs(Tensor x, Linear up, Linear down) =>
        up.Adapter is null && down.Adapter is null && up.Bias is { } b && down.Bias is { } c && up.Weight.Value.shape[0] % GeluKernel.ColumnBlock == 0
        && x.dim() == 2 && x.device_type == DeviceType.CPU && x.dtype == ScalarType.Float32
        && TensorMemory.IsPlain(up.Weight.Value) && TensorMemory.IsPlain(b.Value) && TensorMemory.IsPlain(down.Weight.Value) && TensorMemory.IsPlain(c.Value);

    // Both products have as many multiply-adds, and the narrower side of one is that of the other.
    private static bool Pays(Tensor x, Tensor up, Tensor down) => MixedProduct.Pays(x, up) && down.shape[0] >= up.shape[1];

    /// <summary>The result, and what the backward pass needs: x as it was multiplied, and x W₁ᵀ (where it is kept, else nothing to be read).</summary>
    private static (Tensor Input, Tensor Inner, Tensor Output) Forward(Tensor x, Tensor up, Tensor upBias, Tensor down, Tensor downBias, bool keep)
    {
        bool mixed = up.dtype == ScalarType.BFloat16;
        Tensor input = mixed ? MixedProduct.Halved(x) : x.contiguous(), inner = mixed ? nn.functional.linear(input, up) : LinearProduct.Product(input, up, null);
        using Tensor active = keep ? Scratch(ref s_active, inner) : inner.alias();
        RunForward(inner, upBias, active);
        if (!mixed)
        {
            return (input, inner, LinearProduct.Product(active, down, downBias));
        }

        using Tensor product = nn.functional.linear(active, down);
        return (input, inner, MixedProduct.Whole(product, x.shape[0], downBias));
    }

    private static Tensor Scratch(ref ScratchTensor? scratch, Tensor like) => (scratch ??= new()).Rows(like.shape[0], like.shape[1], like.dtype);

    private static unsafe void RunForward(Tensor inner, Tensor bias, Tensor active) => Kernel(inner, bias).Forward(Pointer(active));

    private static unsafe void RunBackward(Tensor inner, Tensor bias, Tensor gradient, Tensor? active, Tensor? biasGradient) =>
        Kernel(inner, bias).Backward(Pointer(gradient), active is null ? null : Pointer(active), biasGradient is null ? null : TensorMemory.Pointer<float>(biasGradient));

    private static unsafe GeluKernel Kernel(Tensor inner, Tensor bias) => new()
    {
        Input = Pointer(inner),
        Bias = TensorMemory.Pointer<float>(bias),
        Half = inner.dtype == ScalarType.BFloat16,
        Rows = (int)inner.shape[0],
        Columns = (int)inner.shape[1],
    };

    private static unsafe void* Pointer(Tensor tensor) => tensor.dtype == ScalarType.BFloat16 ? TensorMemory.Pointer<ushort>(tensor) : TensorMemory.Pointer<float>(tensor);

    private sealed class Function : autograd.SingleTensorFunction<Function>
    {
        public override string Name => nameof(FeedForward);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            Tensor[] all = Array.ConvertAll(vars, value => (Tensor)value);
            (Tensor x, Tensor upBias, Tensor downBias, Tensor up, Tensor down) = (all[0], all[2], all[4], all[5], all[6]);
            bool[] needs = Array.ConvertAll(all[..5], tensor => tensor.requires_grad);
            ctx.save_data("needs", needs);
            (Tensor input, Tensor inner, Tensor output) = Forward(x, up, upBias, down, downBias, keep: true);
            FunctionMemory.Save(ctx, [inner, up, upBias, down, .. needs[1] ? [input] : Array.Empty<Tensor>()]);
            input.Dispose();
            inner.Dispose();
            return output;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            using var memory = FunctionMemory.Backward(ctx, grad_output);
            bool[] needs = (bool[])ctx.get_data("needs");
            (Tensor inner, Tensor up, Tensor upBias, Tensor down) = (memory.Saved[0], memory.Saved[1], memory.Saved[2], memory.Saved[3]);
            bool mixed = up.dtype == ScalarType.BFloat16;
            long rows = grad_output.shape[0];
            (Tensor cast, Tensor? downBiasGradient) = mixed ? MixedProduct.Halved(grad_output, needs[4]) : (grad_output.contiguous(), needs[4] ? grad_output.sum([0]) : null);
            using Tensor gradient = cast;

            // The gradient of the activation becomes, in place, that of the sums before it.
            using Tensor sums = mixed ? gradient.mm(down) : LinearProduct.InputGradient(gradient, down, Scratch(ref s_sums, inner));
            using Tensor? active = needs[3] ? Scratch(ref s_active, inner) : null;
            Tensor? upBiasGradient = needs[2] ? empty(inner.shape[1], ScalarType.Float32, CPU) : null;
            RunBackward(inner, upBias, sums, active, upBiasGradient);

            // Gradients of weights may take its place.
            inner.Dispose();
            return FunctionMemory.Return(
                !needs[0] ? null : mixed ? MixedProduct.InputGradient(sums, up, rows) : LinearProduct.InputGradient(sums, up),
                needs[1] ? WeightGradient(sums, memory.Saved[4], mixed) : null,
                upBiasGradient,
                needs[3] ? WeightGradient(gradient, active!, mixed) : null,
                downBiasGradient,
                null,
                null);
        }

        /// <summary>dL/dW = (dL/dy)ᵀ x.</summary>
        private static Tensor WeightGradient(Tensor gradient, Tensor x, bool mixed) => mixed ? MixedProduct.WeightGradient(gradient, x) : LinearProduct.WeightGradient(gradient, x);
    }
}
