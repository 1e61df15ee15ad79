using TorchSharp;

namespace Tailor.Engine.Tests;

[Collection(KernelCollection.Name)]
public sealed unsafe class TensorMemoryTests
{
    public TensorMemoryTests() => Libtorch.Load(threads: 1);

    [Fact]
    public void The_pointer_reads_and_writes_the_tensor()
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor x = torch.arange(6, torch.ScalarType.Float32).view(2, 3);
        float* p = TensorMemory.Pointer<float>(x);
        Assert.Equal(5, p[5]);
        p[4] = 40;
        Assert.Equal(40, x[1, 1].ToSingle());
        Assert.Equal(3L, TensorMemory.Pointer<long>(torch.arange(4, torch.ScalarType.Int64))[3]);
        Assert.Equal(0x3FC0, TensorMemory.Pointer<ushort>(torch.tensor(1.5f).to(torch.ScalarType.BFloat16))[0]);
    }

    [Fact]
    public void A_view_starts_at_its_own_first_element()
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor x = torch.arange(12, torch.ScalarType.Float32).view(4, 3);
        Assert.Equal(6, TensorMemory.Pointer<float>(x[2])[0]);
    }

    [Fact]
    public void A_tensor_that_a_kernel_cannot_read_is_refused()
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor x = torch.zeros(3, 4);
        Assert.Contains("not contiguous", Assert.Throws<ArgumentException>(() => (nint)TensorMemory.Pointer<float>(x.t())).Message, StringComparison.Ordinal);
        Assert.Contains("Float32, not Double", Assert.Throws<ArgumentException>(() => (nint)TensorMemory.Pointer<double>(x)).Message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => (nint)TensorMemory.Pointer<decimal>(x));
        Assert.True(TensorMemory.IsPlain(x));
        Assert.False(TensorMemory.IsPlain(x.t()));
        Assert.False(TensorMemory.IsPlain(x.to(torch.ScalarType.Int32)));
    }
}
