using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine.Tests;

[Collection(AloneCollection.Name)]
public sealed class ParameterTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public unsafe void Memory_is_copied_or_taken_over_and_no_tensor_of_it_is_left_behind(bool takes)
    {
        long before = SettledCount();
        Tensor value = ones(3, 5), other = value.alias();
        float* place = TensorMemory.Pointer<float>(value);
        using (var parameter = new Parameter("p", value, takesMemory: takes))
        {
            Assert.Equal(takes, TensorMemory.Pointer<float>(parameter.Value) == place);
            Assert.True(parameter.Value.requires_grad && parameter.Value.is_leaf);
            using (no_grad())
            using (NewDisposeScope())
            {
                other.zero_();
                Assert.Equal(takes ? 0 : 15, parameter.Value.sum().item<float>());
            }

            other.Dispose();
        }

        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Nothing_waits_for_the_garbage_collector()
    {
        long before = SettledCount();
        using var parameter = new Parameter("p", ones(3, 5).t());
        Assert.Equal(before + 2, Tensor.TotalCount);
        Assert.True(parameter.Value.is_contiguous());
    }

    // What other tests left behind must not be collected in between.
    private static long SettledCount()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }
}
