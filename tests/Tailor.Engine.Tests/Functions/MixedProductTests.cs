using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Engine.Tests;

/// <summary>
/// Holds products in mixed precision, forward and gradients, against double precision. Rounding to bfloat16 moves a value by at most 2⁻⁸ of it: a product of two rounded operands is off by at most 2⁻⁷ of the sum of its terms'
/// magnitudes, and once more by 2⁻⁸ of itself; errors that are independent leave a mean square far below.
/// </summary>
[Collection(KernelCollection.Name)]
public sealed class MixedProductTests
{
    private const double Rounding = 1.0 / 256, MeanSquare = 0.003;

    [Theory]
    [InlineData(1024, 96, 128)]
    [InlineData(131, 97, 83)]
    [InlineData(17, 1537, 77)]
    [InlineData(1571, 65, 129)]
    [InlineData(48, 768, 768)]
    public void The_product_and_its_gradients_are_within_the_rounding_of_double_precision(int rows, int inputs, int outputs)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = KernelCollection.Normal(1, rows, inputs), w = KernelCollection.Normal(2, outputs, inputs), b = KernelCollection.Normal(3, outputs), g = KernelCollection.Normal(4, rows, outputs);
        Tensor[] wide = Gradients(x.to(ScalarType.Float64), w.to(ScalarType.Float64), b.to(ScalarType.Float64), g.to(ScalarType.Float64), F.linear);
        using PrecisionScope mixed = PrecisionScope.Enter(Precision.Mixed);
        Tensor[] ours = Gradients(x, w, b, g, LinearProduct.Apply);
        Assert.All(ours, tensor => Assert.Equal(ScalarType.Float32, tensor.dtype));
        (Tensor ax, Tensor aw, Tensor ag) = (x.abs().to(ScalarType.Float64), w.abs().to(ScalarType.Float64), g.abs().to(ScalarType.Float64));
        AssertWithin(wide[0], ours[0], ax.mm(aw.t()));
        AssertWithin(wide[1], ours[1], ag.mm(aw));
        AssertWithin(wide[2], ours[2], ag.t().mm(ax));
        KernelCollection.AssertClose(wide[3], ours[3], 1e-5);
    }

    [Fact]
    public void No_bias_some_rows_of_a_parameter_and_gradients_of_one_side_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        using Parameter weight = new("w", KernelCollection.Normal(2, 300, 128)), bias = new("b", KernelCollection.Normal(3, 300));
        Tensor x = KernelCollection.Normal(1, 200, 128), g = KernelCollection.Normal(4, 200, 100);
        using PrecisionScope mixed = PrecisionScope.Enter(Precision.Mixed);
        Tensor all = LinearProduct.Apply(x, weight, bias), some = LinearProduct.Apply(x, weight, bias, 100, 100);
        KernelCollection.AssertClose(all.narrow(1, 100, 100), some, 1e-2);
        Assert.True(all.requires_grad && some.requires_grad);

        Tensor whole = autograd.grad([some], [weight.Value], [g])[0];
        KernelCollection.AssertClose(g.t().mm(x), whole.narrow(0, 100, 100), 1e-2);
        Assert.Equal(0, whole.narrow(0, 0, 100).abs().sum().item<float>() + whole.narrow(0, 200, 100).abs().sum().item<float>());

        (weight.Trainable, bias.Trainable) = (false, false);
        Tensor input = x.detach().requires_grad_();
        KernelCollection.AssertClose(g.mm(weight.Value.narrow(0, 0, 100)), autograd.grad([LinearProduct.Apply(input, weight, null, 0, 100)], [input], [g])[0], 1e-2);
        Assert.False(LinearProduct.Apply(x, weight, null).requires_grad);
    }

    [Fact]
    public void Only_large_products_within_the_scope_are_rounded()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = KernelCollection.Normal(1, 300, 256), w = KernelCollection.Normal(2, 200, 256), narrow = KernelCollection.Normal(3, 63, 256), few = KernelCollection.Normal(1, 20, 256);
        using (PrecisionScope.Enter(Precision.Mixed))
        {
            Assert.False(Unrounded(x, w));
            Assert.True(Unrounded(x, narrow));
            Assert.True(Unrounded(few, w));
            using (PrecisionScope.Enter(Precision.Fp32))
            {
                Assert.Equal(Precision.Fp32, PrecisionScope.Current);
            }

            Assert.Equal(Precision.Mixed, PrecisionScope.Current);
            Precision elsewhere = Precision.Mixed;
            var thread = new Thread(() => elsewhere = PrecisionScope.Current);
            thread.Start();
            thread.Join();
            Assert.Equal(Precision.Fp32, elsewhere);
        }

        Assert.Equal(Precision.Fp32, PrecisionScope.Current);
        Assert.True(Unrounded(x, w));

        // Nearer to libtorch's fp32 than bf16 could be, whichever product is used.
        bool Unrounded(Tensor rows, Tensor weight) => LinearProduct.Apply(rows, weight, null).sub(F.linear(rows, weight)).abs().max().item<float>() < 1e-4f;
    }

    [Fact]
    public void The_same_operands_give_the_same_bits()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = KernelCollection.Normal(1, 417, 400), w = KernelCollection.Normal(2, 200, 400), b = KernelCollection.Normal(3, 200), g = KernelCollection.Normal(4, 417, 200);
        using PrecisionScope mixed = PrecisionScope.Enter(Precision.Mixed);
        Assert.All(Gradients(x, w, b, g, LinearProduct.Apply).Zip(Gradients(x, w, b, g, LinearProduct.Apply)), pair => Assert.True(Same(pair.First, pair.Second)));
    }

    [Fact]
    public void What_is_kept_for_the_backward_pass_is_given_back()
    {
        using DisposeScope scope = NewDisposeScope();
        using Parameter weight = new("w", KernelCollection.Normal(2, 128, 128));
        Tensor x = KernelCollection.Normal(1, 100, 128);
        void Step()
        {
            using DisposeScope step = NewDisposeScope();
            using (PrecisionScope.Enter(Precision.Mixed))
            {
                LinearProduct.Apply(x, weight, null).sum().backward();
            }

            weight.Value.grad?.Dispose();
            weight.Value.grad = null;
        }

        KernelCollection.AssertKeepsNothing(Step);
    }

    private static bool Same(Tensor a, Tensor b) => a.equal(b).all().ToBoolean();

    private static void AssertWithin(Tensor expected, Tensor actual, Tensor magnitudes)
    {
        Tensor error = actual.to(ScalarType.Float64).sub(expected).abs(), bound = magnitudes.mul((2 * Rounding) + 1e-4).add(expected.abs().mul(Rounding)).add(1e-12);
        Assert.True(error.le(bound).all().ToBoolean(), $"at worst {error.div(bound).max().ToDouble():g3} of the bound");
        double relative = error.norm().ToDouble() / expected.norm().ToDouble();
        Assert.InRange(relative, 1e-4, MeanSquare);
    }

    private static Tensor[] Gradients(Tensor x, Tensor weight, Tensor bias, Tensor gradient, Func<Tensor, Tensor, Tensor, Tensor> product)
    {
        Tensor[] inputs = [x.detach().requires_grad_(), weight.detach().requires_grad_(), bias.detach().requires_grad_()];
        Tensor y = product(inputs[0], inputs[1], inputs[2]);
        return [y.detach(), .. autograd.grad([y], inputs, [gradient])];
    }
}
