using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>
/// Dropout (Srivastava et al., JMLR 2014) whose mask is a pure function of a key and an element's index in row-major order: nothing is stored for the backward pass,
/// a run that resumes draws the same masks, and so does any number of threads and any device.
/// </summary>
public static class CounterDropout
{
    /// <summary>y = x / (1 - p) where an element is kept, 0 where it is dropped.</summary>
    /// <param name="x">Any shape and type. Contiguous float32 on the CPU is worked on by vectors and threads of our own; the rest by libtorch's operations with the same mask.</param>
    /// <param name="probability">The probability p of dropping an element, in [0, 1). At 0 the result is <paramref name="x"/> itself.</param>
    /// <param name="key">Names the mask; from <see cref="Foundation.RandomStream.Key"/> with the seed, the step and the place in the network.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not in [0, 1).</exception>
    public static Tensor Apply(Tensor x, double probability, ulong key)
    {
        ArgumentNullException.ThrowIfNull(x);
        Check(probability);
        if (probability == 0)
        {
            return x;
        }

        if (x.device_type == DeviceType.CPU && x.dtype == ScalarType.Float32)
        {
            return is_grad_enabled() && x.requires_grad ? FunctionMemory.Trim(Function.apply(x, probability, key)) : Drop(x, probability, key);
        }

        // A mask of 0 and 1, as 1 / (1 - p) is not a number of every type.
        using Tensor whole = ones(x.shape, ScalarType.Float32, CPU), dropped = Drop(whole, probability, key), keeps = dropped.ne(LastingScalar.Of(0));
        using Tensor mask = keeps.to(x.dtype, x.device);
        using Tensor kept = x.mul(mask);
        return kept.mul(LastingScalar.Of(1 / (1 - probability)));
    }

    /// <summary>residual + dropout(x), in one pass over memory where both are contiguous float32 on the CPU.</summary>
    /// <param name="residual">Of the shape of <paramref name="x"/>.</param>
    /// <param name="x">Any shape and type. Once this returns nothing holds on to it.</param>
    /// <param name="probability">The probability of dropping an element of <paramref name="x"/>, in [0, 1).</param>
    /// <param name="key">Names the mask, which is that of <see cref="Apply"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not in [0, 1).</exception>
    public static Tensor AddTo(Tensor residual, Tensor x, double probability, ulong key)
    {
        ArgumentNullException.ThrowIfNull(residual);
        ArgumentNullException.ThrowIfNull(x);
        Check(probability);
        if (probability == 0 || !TensorMemory.IsPlain(residual) || !TensorMemory.IsPlain(x) || !residual.shape.AsSpan().SequenceEqual(x.shape))
        {
            return residual.add(Apply(x, probability, key), LastingScalar.One);
        }

        return is_grad_enabled() && (x.requires_grad || residual.requires_grad)
            ? FunctionMemory.Trim(SumFunction.apply(residual, x, probability, key))
            : Drop(x, probability, key, residual);
    }

    internal static void Check(double probability)
    {
        if (probability is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "A dropout probability lies in [0, 1).");
        }
    }

    private static unsafe Tensor Drop(Tensor x, double probability, ulong key, Tensor? residual = null)
    {
        Tensor source = x.contiguous();
        Tensor result = empty(x.shape, ScalarType.Float32, CPU);
        float* added = residual is null ? null : TensorMemory.Pointer<float>(residual);
        DropoutKernel.Apply(TensorMemory.Pointer<float>(source), added, TensorMemory.Pointer<float>(result), result.numel(), probability, key);
        source.Dispose();
        return result;
    }

    private sealed class Function : autograd.SingleTensorFunction<Function>
    {
        public override string Name => nameof(CounterDropout);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            ctx.save_data("probability", vars[1]);
            ctx.save_data("key", vars[2]);
            FunctionMemory.Save(ctx);
            return Drop((Tensor)vars[0], (double)vars[1], (ulong)vars[2]);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            using var memory = FunctionMemory.Backward(ctx, grad_output);
            return FunctionMemory.Return(Drop(grad_output, (double)ctx.get_data("probability"), (ulong)ctx.get_data("key")), null, null);
        }
    }

    private sealed class SumFunction : autograd.SingleTensorFunction<SumFunction>
    {
        public override string Name => nameof(CounterDropout) + "." + nameof(AddTo);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            Tensor residual = (Tensor)vars[0], x = (Tensor)vars[1];
            ctx.save_data("needs", (residual.requires_grad, x.requires_grad));
            ctx.save_data("probability", vars[2]);
            ctx.save_data("key", vars[3]);
            FunctionMemory.Save(ctx);
            return Drop(x, (double)vars[2], (ulong)vars[3], residual);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            using var memory = FunctionMemory.Backward(ctx, grad_output);
            (bool residual, bool x) = ((bool, bool))ctx.get_data("needs");
            return FunctionMemory.Return(
                residual ? grad_output.alias() : null, x ? Drop(grad_output, (double)ctx.get_data("probability"), (ulong)ctx.get_data("key")) : null, null, null);
        }
    }
}
