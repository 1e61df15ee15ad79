using TorchSharp;

namespace Tailor.Engine.Tests;

public sealed class LibtorchTests
{
    [Fact]
    public void It_computes_once_loaded()
    {
        Libtorch.Load();
        using torch.Tensor a = torch.ones(3, 4), b = torch.ones(4, 5), c = a.matmul(b);
        Assert.Equal(60, c.sum().item<float>());
    }

    [Fact]
    public void Facts_name_what_is_loaded()
    {
        LibtorchFacts facts = Libtorch.Facts();
        Assert.StartsWith(Libtorch.RequiredVersion, facts.Version, StringComparison.Ordinal);
        Assert.True(File.Exists(facts.Path), facts.Path);
        Assert.Equal("cpu", facts.Devices[0]);
        Assert.Contains(facts.InstructionSet, new[] { "AVX512", "AVX2", "DEFAULT" });
        Assert.True(facts.VectorBits >= 128);
        Assert.True(facts.MemoryBytes > 1 << 28);
        TestContext.Current.TestOutputHelper?.WriteLine(facts.ToString());
    }
}
