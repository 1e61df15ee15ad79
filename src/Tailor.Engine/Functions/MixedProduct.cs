using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Engine;

/// <summary>
/// y = x Wᵀ + b in mixed precision: x, W and dL/dy are rounded to bfloat16, products sum in float32 and are rounded to bfloat16 once; the bias is added, and everything given back, in float32. What the backward pass
/// needs is kept in bfloat16.
/// </summary>
internal static class MixedProduct
{
    // A narrow product is over before the casts of its operands have paid (a cast costs about as much as 20 columns), and so is a small one.
    private const long Narrowest = 64, Smallest = 1 << 20;

    // libtorch's library makes a kernel for every shape it has not seen, and batches without padding have any number of rows: rows of zeros up to a multiple keep the shapes few.
    private const long RowBlock = 16;

    [ThreadStatic]
    private static bool s_all;

    /// <summary>Takes products of any size on this thread, for tests on small models.</summary>
    internal static void TakeAll(bool all) => s_all = all;

    /// <summary>Whether a product is worth it.</summary>
    public static bool Pays(Tensor x, Tensor weight) =>
        x.dim() == 2 && weight.dim() == 2 && x.dtype == ScalarType.Float32 && weight.dtype == ScalarType.Float32 && (s_all || IsLarge(x, weight));

    private static bool IsLarge(Tensor x, Tensor weight) => weight.shape[0] >= Narrowest && weight.shape[1] >= Narrowest && x.numel() * weight.shape[0] >= Smallest;

    /// <summary>The product.</summary>
    /// <param name="x">[rows, inputs].</param>
    /// <param name="weight">[outputs, inputs]; gets the gradient.</param>
    /// <param name="half">The same in bfloat16.</param>
    /// <param name="bias">[outputs], or null.</param>
    /// <returns>[rows, outputs].</returns>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor half, Tensor? bias)
    {
        if (is_grad_enabled() && (x.requires_grad || weight.requires_grad || bias?.requires_grad == true))
        {
            return FunctionMemory.Trim(Function.apply(x, weight, half, bias!));
        }

        using Tensor input = Halved(x);
        return Forward(input, half, bias, x.shape[0]);
    }

    private static Tensor Forward(Tensor input, Tensor half, Tensor? bias, long rows)
    {
        using Tensor product = F.linear(input, half);
        return Whole(product, rows, bias);
    }

    /// <summary>The operand in bfloat16, with rows of zeros behind it up to a whole block.</summary>
    internal static Tensor Halved(Tensor x) => Halved(x, sum: false).Half;

    /// <summary>The same, and where <paramref name="sum"/> is set the sum over the rows in float32: the gradient of a bias is read in the same pass.</summary>
    internal static unsafe (Tensor Half, Tensor? Sum) Halved(Tensor x, bool sum)
    {
        long rows = x.shape[0], columns = x.shape[1], padded = (rows + RowBlock - 1) / RowBlock * RowBlock;
        Tensor result = empty(padded, columns, ScalarType.BFloat16, x.device);
        if (padded != rows)
        {
            using Tensor rest = result.narrow(0, rows, padded - rows);
            rest.zero_();
        }

        if (!RunsKernel(x))
        {
            using Tensor top = result.narrow(0, 0, rows);
            top.copy_(x);
            return (result, sum ? x.sum([0]) : null);
        }

        using Tensor source = x.contiguous();
        Tensor? sums = sum ? empty(columns, ScalarType.Float32, CPU) : null;
        HalfKernel.Round(TensorMemory.Pointer<float>(source), TensorMemory.Pointer<ushort>(result), (int)rows, (int)columns, sums is null ? null : TensorMemory.Pointer<float>(sums));
        return (result, sums);
    }

    /// <summary>The first rows in float32, plus the bias.</summary>
    internal static unsafe Tensor Whole(Tensor product, long rows, Tensor? bias = null)
    {
        if (!RunsKernel(product) || (bias is not null && !TensorMemory.IsPlain(bias)))
        {
            using Tensor top = product.narrow(0, 0, rows);
            Tensor whole = top.to(ScalarType.Float32);
            return bias is null ? whole : whole.add_(bias, LastingScalar.One);
        }

        Tensor result = LinearProduct.Result(rows, product.shape[1]);
        HalfKernel.Widen(TensorMemory.Pointer<ushort>(product), bias is null ? null : TensorMemory.Pointer<float>(bias), TensorMemory.Pointer<float>(result), (int)rows, (int)product.shape[1]);
        return result;
    }

    private static bool RunsKernel(Tensor x) => x.device_type == DeviceType.CPU && x.shape[1] % HalfKernel.ColumnBlock == 0;

    /// <summary>dL/dx = dL/dy W.</summary>
    internal static Tensor InputGradient(Tensor gradient, Tensor half, long rows)
    {
        using Tensor product = gradient.mm(half);
        return Whole(product, rows);
    }

    /// <summary>dL/dW = (dL/dy)ᵀ x; the rows of zeros add nothing.</summary>
    internal static Tensor WeightGradient(Tensor gradient, Tensor input)
    {
        using Tensor turned = gradient.t(), product = turned.mm(input);
        return product.to(ScalarType.Float32);
    }

    private sealed class Function : autograd.SingleTensorFunction<Function>
    {
        public override string Name => nameof(MixedProduct);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            Tensor x = (Tensor)vars[0], weight = (Tensor)vars[1], half = (Tensor)vars[2];
            var bias = (Tensor?)vars[3];
            var needs = (X: x.requires_grad, Weight: weight.requires_grad, Bias: bias?.requires_grad == true);
            using Tensor input = Halved(x);
            FunctionMemory.Save(ctx, [.. needs.X ? [half] : Array.Empty<Tensor>(), .. needs.Weight ? [input] : Array.Empty<Tensor>()]);
            ctx.save_data("needs", needs);
            return Forward(input, half, bias, x.shape[0]);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            using var memory = FunctionMemory.Backward(ctx, grad_output);
            var needs = ((bool X, bool Weight, bool Bias))ctx.get_data("needs");
            long rows = grad_output.shape[0];
            (Tensor half, Tensor? sum) = Halved(grad_output, needs.Bias);
            using Tensor gradient = half;
            return FunctionMemory.Return(
                needs.X ? InputGradient(gradient, memory.Saved[0], rows) : null,
                needs.Weight ? WeightGradient(gradient, memory.Saved[^1]) : null,
                null,
                sum);
        }
    }
}
