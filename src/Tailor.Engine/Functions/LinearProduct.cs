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

    private static unsafe Tensor Forward(Tensor x, Tensor weight, Tensor? bias)
    {
        using Tensor input = x.contiguous();
        Tensor output = empty(x.shape[0], weight.shape[0], ScalarType.Float32, CPU);
        int rows = (int)x.shape[0], inputs = (int)x.shape[1], outputs = (int)weight.shape[0];
        new MatrixProduct
        {
            A = TensorMemory.Pointer<float>(input),
            ARowStep = inputs,
            AInnerStep = 1,
            B = TensorMemory.Pointer<float>(weight),
            BInnerStep = 1,
            BColumnStep = inputs,
            C = TensorMemory.Pointer<float>(output),
            Rows = rows,
            Columns = outputs,
            Inner = inputs,
            Bias = bias is null ? null : TensorMemory.Pointer<float>(bias),
        }.Run();
        return output;
    }

    /// <summary>dL/dx = dL/dy W.</summary>
    private static unsafe Tensor InputGradient(Tensor gradient, Tensor weight)
    {
        int rows = (int)gradient.shape[0], outputs = (int)weight.shape[0], inputs = (int)weight.shape[1];
        Tensor result = empty(rows, inputs, ScalarType.Float32, CPU);
        new MatrixProduct
        {
            A = TensorMemory.Pointer<float>(gradient),
            ARowStep = outputs,
            AInnerStep = 1,
            B = TensorMemory.Pointer<float>(weight),
            BInnerStep = inputs,
            BColumnStep = 1,
            C = TensorMemory.Pointer<float>(result),
            Rows = rows,
            Columns = inputs,
            Inner = outputs,
        }.Run();
        return result;
    }

    /// <summary>dL/dW = (dL/dy)ᵀ x.</summary>
    private static unsafe Tensor WeightGradient(Tensor gradient, Tensor x)
    {
        using Tensor input = x.contiguous();
        int rows = (int)x.shape[0], outputs = (int)gradient.shape[1], inputs = (int)x.shape[1];
        Tensor result = empty(outputs, inputs, ScalarType.Float32, CPU);
        new MatrixProduct
        {
            A = TensorMemory.Pointer<float>(gradient),
            ARowStep = 1,
            AInnerStep = outputs,
            B = TensorMemory.Pointer<float>(input),
            BInnerStep = inputs,
            BColumnStep = 1,
            C = TensorMemory.Pointer<float>(result),
            Rows = outputs,
            Columns = inputs,
            Inner = rows,
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
