using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Engine.Tests;

/// <summary>Holds our own matrix product, forward and gradients, against libtorch's in double precision. The shapes leave remainders of every block, strip and tile.</summary>
[Collection(KernelCollection.Name)]
public sealed class LinearProductTests
{
    private const string NoAvx512 = "our own matrix product needs AVX-512, which this process does not have";

    [Theory]
    [InlineData(1024, 96, 48)]
    [InlineData(131, 97, 83)]
    [InlineData(9, 1537, 77)]
    [InlineData(300, 770, 16)]
    [InlineData(2, 800, 1000)]
    [InlineData(1571, 65, 129)]
    public void Our_product_and_its_gradients_equal_libtorchs(int rows, int inputs, int outputs)
    {
        Assert.SkipUnless(Avx512F.IsSupported, NoAvx512);
        foreach (int threads in new[] { 1, 2, 3 })
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor x = KernelCollection.Normal(1, rows, inputs), w = KernelCollection.Normal(2, outputs, inputs), b = KernelCollection.Normal(3, outputs), g = KernelCollection.Normal(4, rows, outputs);
            Tensor[] wide = Gradients(x.to(ScalarType.Float64), w.to(ScalarType.Float64), b.to(ScalarType.Float64), g.to(ScalarType.Float64), F.linear);
            Tensor[] ours = Own(threads, () => Gradients(x, w, b, g, LinearProduct.Apply));
            for (int i = 0; i < wide.Length; i++)
            {
                KernelCollection.AssertClose(wide[i], ours[i], 3e-6);
            }
        }
    }

    [Fact]
    public void The_bits_do_not_depend_on_the_number_of_threads()
    {
        Assert.SkipUnless(Avx512F.IsSupported, NoAvx512);
        using DisposeScope scope = NewDisposeScope();
        Tensor x = KernelCollection.Normal(1, 417, 900), w = KernelCollection.Normal(2, 200, 900), b = KernelCollection.Normal(3, 200), g = KernelCollection.Normal(4, 417, 200);
        Tensor[] one = Own(1, () => Gradients(x, w, b, g, LinearProduct.Apply)), two = Own(2, () => Gradients(x, w, b, g, LinearProduct.Apply));
        Assert.All(one.Zip(two), pair => Assert.True(pair.First.equal(pair.Second).all().ToBoolean()));
    }

    [Fact]
    public void Transposed_inputs_no_bias_and_gradients_of_one_side_alone()
    {
        Assert.SkipUnless(Avx512F.IsSupported, NoAvx512);
        using DisposeScope scope = NewDisposeScope();
        Tensor x = KernelCollection.Normal(1, 128, 200).t(), w = KernelCollection.Normal(2, 100, 128), g = KernelCollection.Normal(4, 100, 200).t();
        Tensor expected = F.linear(x, w), expectedW = g.t().mm(x), expectedX = g.mm(w);
        Own(2, () =>
        {
            using (no_grad())
            {
                KernelCollection.AssertClose(expected, LinearProduct.Apply(x, w, null), 3e-6);
            }

            Tensor trained = w.detach().requires_grad_();
            KernelCollection.AssertClose(expectedW, autograd.grad([LinearProduct.Apply(x, trained, null)], [trained], [g])[0], 3e-6);
            Tensor input = x.detach().requires_grad_();
            KernelCollection.AssertClose(expectedX, autograd.grad([LinearProduct.Apply(input, w, null)], [input], [g])[0], 3e-6);
            return 0;
        });
    }

    [Fact]
    public void A_product_of_ours_differs_from_libtorchs_in_its_bits_so_that_these_tests_know_which_one_ran()
    {
        Assert.SkipUnless(Avx512F.IsSupported, NoAvx512);
        using DisposeScope scope = NewDisposeScope();
        Tensor x = KernelCollection.Normal(1, 300, 2000), w = KernelCollection.Normal(2, 200, 2000);
        Assert.False(Own(2, () => LinearProduct.Apply(x, w, null)).equal(F.linear(x, w)).all().ToBoolean());
    }

    [Fact]
    public void The_environment_decides_before_the_processor_does()
    {
        Assert.False(MatrixChoice.Choose("libtorch"));
        Assert.Equal(Avx512F.IsSupported && SimdChoice.Bits == 512, MatrixChoice.Choose("own"));
    }

    private static Tensor[] Gradients(Tensor x, Tensor weight, Tensor bias, Tensor gradient, Func<Tensor, Tensor, Tensor, Tensor> product)
    {
        Tensor[] inputs = [x.detach().requires_grad_(), weight.detach().requires_grad_(), bias.detach().requires_grad_()];
        Tensor y = product(inputs[0], inputs[1], inputs[2]);
        return [y.detach(), .. autograd.grad([y], inputs, [gradient])];
    }

    private static T Own<T>(int threads, Func<T> body)
    {
        bool before = MatrixChoice.Own;
        MatrixChoice.Force(own: true);
        try
        {
            return KernelCollection.With(threads, 512, body);
        }
        finally
        {
            MatrixChoice.Force(before);
        }
    }
}
