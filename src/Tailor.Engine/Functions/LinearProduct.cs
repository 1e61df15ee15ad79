using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Engine;

/// <summary>
/// y = x Wᵀ + b in the precision of the <see cref="PrecisionScope"/>. In float32 by the product that is the faster one on this machine: libtorch's, or <see cref="MatrixProduct"/> where <see cref="MatrixChoice"/> says so.
/// </summary>
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
        if (PrecisionScope.Current == Precision.Mixed && MixedProduct.Pays(x, weight))
        {
            using Tensor values = weight.detach(), half = values.to(ScalarType.BFloat16);
            return MixedProduct.Apply(x, weight, half, bias);
        }

        return Exact(x, weight, bias);
    }

    /// <summary>The product with some rows of a parameter, whose cast to bfloat16 is kept as long as the <see cref="PrecisionScope"/> lets it.</summary>
    /// <param name="x">[rows, inputs].</param>
    /// <param name="weight">[outputs, inputs].</param>
    /// <param name="bias">[outputs], or null.</param>
    /// <param name="first">The first output.</param>
    /// <param name="count">How many outputs; the weight's rows from the first on when null.</param>
    /// <returns>[rows, count].</returns>
    public static Tensor Apply(Tensor x, Parameter weight, Parameter? bias, long first = 0, long? count = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        long outputs = weight.Value.shape[0], taken = count ?? outputs - first;
        bool whole = first == 0 && taken == outputs;
        Tensor rows = whole ? weight.Value : weight.Value.narrow(0, first, taken);
        Tensor? shift = whole ? bias?.Value : bias?.Value.narrow(0, first, taken);
        if (PrecisionScope.Current == Precision.Fp32 || !MixedProduct.Pays(x, rows))
        {
            return Exact(x, rows, shift);
        }

        using Tensor half = PrecisionScope.Half(weight).narrow(0, first, taken);
        return MixedProduct.Apply(x, rows, half, shift);
    }

    private static Tensor Exact(Tensor x, Tensor weight, Tensor? bias)
    {
        if (!IsOurs(x, weight, bias))
        {
            return F.linear(x, weight, bias);
        }

        return is_grad_enabled() && (x.requires_grad || weight.requires_grad || bias?.requires_grad == true) ? FunctionMemory.Trim(Function.apply(x, weight, bias!)) : Forward(x, weight, bias);
    }

    /// <summary>x Wᵀ + b in float32 by the faster product, without a graph.</summary>
    internal static Tensor Product(Tensor x, Tensor weight, Tensor? bias) => IsOurs(x, weight, bias) ? Forward(x, weight, bias) : F.linear(x, weight, bias);

    /// <summary>dL/dx = dL/dy W in float32 by the faster product, without a graph.</summary>
    /// <param name="gradient">dL/dy.</param>
    /// <param name="weight">W.</param>
    /// <param name="place">[rows, inputs], this function's to dispose or to give back: where the result may go.</param>
    internal static Tensor InputGradient(Tensor gradient, Tensor weight, Tensor? place = null)
    {
        if (MatrixChoice.Own && gradient.numel() * weight.shape[1] >= Smallest)
        {
            return Multiply(gradient, transposeA: false, weight, transposeB: false, bias: null, place);
        }

        place?.Dispose();
        return gradient.mm(weight);
    }

    /// <summary>dL/dW = (dL/dy)ᵀ x in float32 by the faster product, without a graph.</summary>
    internal static Tensor WeightGradient(Tensor gradient, Tensor x)
    {
        if (MatrixChoice.Own && gradient.numel() * x.shape[1] >= Smallest)
        {
            return OwnWeightGradient(gradient, x);
        }

        using Tensor turned = gradient.t();
        return turned.mm(x);
    }

    private static bool IsOurs(Tensor x, Tensor weight, Tensor? bias) =>
        MatrixChoice.Own && x.dim() == 2 && weight.dim() == 2 && x.shape[1] == weight.shape[1] && x.numel() * weight.shape[0] >= Smallest
        && x.device_type == DeviceType.CPU && x.dtype == ScalarType.Float32 && TensorMemory.IsPlain(weight) && (bias is null || TensorMemory.IsPlain(bias));

    private static Tensor Forward(Tensor x, Tensor weight, Tensor? bias)
    {
        using Tensor input = x.contiguous();
        return Multiply(input, transposeA: false, weight, transposeB: true, bias);
    }

    /// <summary>dL/dW = (dL/dy)ᵀ x.</summary>
    private static Tensor OwnWeightGradient(Tensor gradient, Tensor x)
    {
        using Tensor input = x.contiguous();
        return Multiply(gradient, transposeA: true, input, transposeB: false, bias: null);
    }

    /// <summary>[rows, columns] for the result of a product.</summary>
    // glibc looks for 96 bytes more than an aligned block needs, and gives them back: the place of one product's result would be too small for the next of its size, and memory would be all gaps.
    internal static Tensor Result(long rows, long columns)
    {
        const int Slack = 64;
        using Tensor whole = empty((rows * columns) + Slack, ScalarType.Float32, CPU), part = whole.narrow(0, 0, rows * columns);
        return part.view(rows, columns);
    }

    private static unsafe Tensor Multiply(Tensor a, bool transposeA, Tensor b, bool transposeB, Tensor? bias, Tensor? place = null)
    {
        int aWidth = (int)a.shape[1], bWidth = (int)b.shape[1];
        int rows = (int)a.shape[transposeA ? 1 : 0], inner = (int)a.shape[transposeA ? 0 : 1], columns = (int)b.shape[transposeB ? 0 : 1];
        Tensor result = place ?? Result(rows, columns);
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
            return FunctionMemory.Return(x ? Multiply(gradient, transposeA: false, memory.Saved[1], transposeB: false, bias: null) : null, weight ? OwnWeightGradient(gradient, memory.Saved[0]) : null, bias ? gradient.sum([0]) : null);
        }
    }
}
