using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine.Tests;

/// <summary>The casts of mixed precision against libtorch's own, bit for bit, with every width of vectors.</summary>
[Collection(KernelCollection.Name)]
public sealed class HalfKernelTests
{
    [Theory]
    [InlineData(1, 64, true)]
    [InlineData(33, 80, true)]
    [InlineData(100, 1152, false)]
    [InlineData(37, 83, true)]
    public void A_cast_rounds_as_libtorch_does_and_sums_what_it_rounded(int rows, int columns, bool sum) => KernelCollection.OnEveryWidth(() =>
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = KernelCollection.Normal(1, rows, columns);
        x[0, 0] = float.PositiveInfinity;

        // The middle between two numbers of bfloat16, on the side of an even and of an odd one.
        x[0, 1] = 1 + (1f / 256);
        x[0, 2] = 1 + (3f / 256);
        (Tensor half, Tensor? sums) = MixedProduct.Halved(x, sum);
        Assert.Equal(0, half.shape[0] % 16);
        Assert.True(half.narrow(0, 0, rows).Equals(x.to(ScalarType.BFloat16)));
        Assert.Equal(0, half.narrow(0, rows, half.shape[0] - rows).abs().sum().to(ScalarType.Float32).item<float>());
        Assert.Equal(sum, sums is not null);
        if (sums is not null)
        {
            KernelCollection.AssertClose(x.narrow(1, 1, columns - 1).to(ScalarType.Float64).sum([0]), sums.narrow(0, 1, columns - 1), 1e-5);
        }
    });

    [Theory]
    [InlineData(33, 80, true)]
    [InlineData(100, 1152, false)]
    [InlineData(37, 83, true)]
    public void A_product_is_widened_and_its_bias_added_as_in_two_steps(int rows, int columns, bool withBias) => KernelCollection.OnEveryWidth(() =>
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor product = KernelCollection.Normal(1, rows + 5, columns).to(ScalarType.BFloat16), wide = product.narrow(0, 0, rows).to(ScalarType.Float32);
        Tensor? bias = withBias ? KernelCollection.Normal(2, columns) : null;
        Tensor whole = MixedProduct.Whole(product, rows, bias);
        Assert.True(whole.Equals(bias is null ? wide : wide + bias));
    });
}
