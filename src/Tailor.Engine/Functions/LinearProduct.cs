using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Engine;

/// <summary>y = x Wᵀ + b with the product that is the faster one on this machine: libtorch's, or <see cref="MatrixProduct"/> where <see cref="MatrixChoice"/> says so.</summary>
public static class LinearProduct
{
    // Below this many multiply-adds a product is over before threads and rearranged operands have paid.
    private const long Smallest = 1 << 20;

    /// <summary>The product.</summary>
    /// <param name="x">[rows, inputs].</param>
    /// <param name="weight">[outputs, inputs].</param>
    /// <param name="bias">[outputs], or null.</param>
    /// <returns>[rows, outputs].</returns>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        if (!IsOurs(x, weight, bias))
        {
            return F.linear(x, weight, bias);
        }

        return is_grad_enabled() && (x.requires_grad || weight.requires_grad || bias?.requires_grad == true) ? FunctionMemory.Trim(Function.apply(x, weight, bias!)) : Forward(x, weight, bias);
    }

    private static bool IsOurs(Tensor x, Tensor weight, Tensor? bias) =>
        MatrixChoice.Own && x.dim() == 2 && weight.dim() == 2 && x.shape[1] == weight.shape[1] && x.numel() * weight.shape[0] >= Smallest
        && x.device_type == DeviceType.CPU && x.dtype == ScalarType.Float32 && TensorMemory.IsPlain(weight) && (bias is null || TensorMemory.IsPlain(bias));

    private static Tensor Forward(Tensor x, Tensor weight, Tensor? bias)
    {
        using Tensor input = x.contiguous();
        return Multiply(input, transposeA: false, weight, transposeB: true, bias);
    }

    /// <summary>dL/dx = dL/dy W.</summary>
    private static Tensor InputGradient(Tensor gradient, Tensor weight) => Multiply(gradient, transposeA: false, weight, transposeB: false, bias: null);

    /// <summary>dL/dW = (dL/dy)ᵀ x.</summary>
    private static Tensor WeightGradient(Tensor gradient, Tensor x)
    {
        using Tensor input = x.contiguous();
        return Multiply(gradient, transposeA: true, input, transposeB: false, bias: null);
    }

    private static unsafe Tensor Multiply(Tensor a, bool transposeA, Tensor b, bool transposeB, Tensor? bias)
    {
        int aWidth = (int)a.shape[1], bWidth = (int)b.shape[1];
        int rows = (int)a.shape[transposeA ? 1 : 0], inner = (int)a.shape[transposeA ? 0 : 1], columns = (int)b.shape[transposeB ? 0 : 1];
        Tensor result = empty(rows, columns, ScalarType.Float32, CPU);
        new MatrixProduct
        {
            A = TensorMemory.Pointer<float>(a),
            ARowStep = transposeA ? 1 : aWidth,
            AInnerStep = transposeA ? aWidth : 1,
            B = TensorMemory.Pointer<float>(b),
            BInnerStep = transposeB ? 1 : bWidth,
            BColumnStep = transposeB ? bWidth : 1,
            C = TensorMemory.Pointer<float>(result),
            Rows = rows,
            Columns = columns,
            Inner = inner,
            Bias = bias is null ? null : TensorMemory.Pointer<float>(bias),
        }.Run();
        return result;
    }

    private sealed class Function : autograd.SingleTensorFunction<Function>
    {
        public override string Name => nameof(LinearProduct);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            Tensor x = (Tensor)vars[0], weight = (Tensor)vars[1];
            var bias = (Tensor?)vars[2];
            FunctionMemory.Save(ctx, x, weight);
            ctx.save_data("needs", (x.requires_grad, weight.requires_grad, bias?.requires_grad == true));
            return Forward(x, weight, bias);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            using var memory = FunctionMemory.Backward(ctx, grad_output);
            (bool x, bool weight, bool bias) = ((bool, bool, bool))ctx.get_data("needs");
            using Tensor gradient = grad_output.contiguous();
            return FunctionMemory.Return(x ? InputGradient(gradient, memory.Saved[1]) : null, weight ? WeightGradient(gradient, memory.Saved[0]) : null, bias ? gradient.sum([0]) : null);
        }
    }
}
