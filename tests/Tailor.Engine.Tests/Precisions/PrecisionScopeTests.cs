using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine.Tests;

/// <summary>Casts of weights are kept as long as scopes let them, and never longer than the weights stay the same.</summary>
[Collection(KernelCollection.Name)]
public sealed class PrecisionScopeTests : IDisposable
{
    private readonly Parameter _weight = new("w", KernelCollection.Normal(2, 128, 128));
    private readonly Tensor _x = KernelCollection.Normal(1, 100, 128);

    public void Dispose()
    {
        _weight.Dispose();
        _x.Dispose();
    }

    [Fact]
    public void After_an_optimizers_step_the_new_weights_compute_even_within_one_scope()
    {
        using DisposeScope scope = NewDisposeScope();
        using var optimizer = new AdamW([new ParameterGroup { Parameters = [_weight] }]);
        using PrecisionScope kept = PrecisionScope.Keep(), mixed = PrecisionScope.Enter(Precision.Mixed);
        byte[] first = Product(), again = Product();
        Assert.Equal(first, again);
        LinearProduct.Apply(_x, _weight, null).pow(2).sum().backward();
        optimizer.Step(0.1, 1);
        byte[] stepped = Product();
        Assert.NotEqual(first, stepped);
        Assert.Equal(Fresh(), stepped);
    }

    [Fact]
    public void Around_passes_only_frozen_weights_are_kept()
    {
        using DisposeScope scope = NewDisposeScope();
        using PrecisionScope kept = PrecisionScope.KeepFrozen();
        byte[] first = Pass();
        Shift();
        byte[] second = Pass();
        Assert.NotEqual(first, second);
        Assert.Equal(Fresh(), second);

        // The promise is broken here on purpose: that the old cast answers shows that it is kept.
        _weight.Trainable = false;
        second = Pass();
        Shift();
        Assert.Equal(second, Pass());
    }

    [Fact]
    public void A_loop_keeps_all_and_forgets_them_at_its_end()
    {
        using DisposeScope scope = NewDisposeScope();
        using var weights = new HalfWeights();
        for (int loop = 0; loop < 2; loop++)
        {
            using PrecisionScope kept = PrecisionScope.Keep(loop == 0 ? null : weights);
            byte[] first = Pass();
            Assert.Equal(Fresh(), first);
            Shift();
            Assert.Equal(first, Pass());
            Assert.Equal(loop, weights.Count);
        }

        using PrecisionScope after = PrecisionScope.Keep(weights);
        Assert.NotEqual(Fresh(), Pass());
    }

    [Theory]
    [InlineData("TAILOR_BF16", "0", true, "TAILOR_BF16=0")]
    [InlineData("", "", false, "no bf16 instructions")]
    [InlineData("ONEDNN_MAX_CPU_ISA", "avx2", true, "ONEDNN_MAX_CPU_ISA=avx2")]
    [InlineData("DNNL_MAX_CPU_ISA", "AVX512_CORE", true, "DNNL_MAX_CPU_ISA=AVX512_CORE")]
    [InlineData("ONEDNN_MAX_CPU_ISA", "AVX512_CORE_BF16", true, null)]
    [InlineData("ATEN_CPU_CAPABILITY", "avx2", true, null)]
    public void Mixed_precision_is_refused_where_it_would_be_slow(string variable, string value, bool has, string? words)
    {
        string? reason = MixedPrecision.Refuse(name => name == variable ? value : null, has);
        Assert.Equal(words is null, reason is null);
        Assert.Contains(words ?? "", reason ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void Names_are_read_and_others_refused()
    {
        Assert.All(Enum.GetValues<Precision>(), precision => Assert.Equal(precision, PrecisionName.Parse(PrecisionName.Of(precision))));
        Assert.Equal(Precision.Fp32, PrecisionName.Parse(null));
        Assert.Contains("fp32, mixed", Assert.Throws<Foundation.InputException>(() => PrecisionName.Parse("bf16")).Message, StringComparison.Ordinal);
    }

    private byte[] Pass()
    {
        using PrecisionScope pass = PrecisionScope.Enter(Precision.Mixed);
        return Product();
    }

    private byte[] Product()
    {
        using var _ = no_grad();
        return LinearProduct.Apply(_x, _weight, null).bytes.ToArray();
    }

    /// <summary>With a cast made now.</summary>
    private byte[] Fresh()
    {
        using PrecisionScope mixed = PrecisionScope.Enter(Precision.Mixed);
        using var _ = no_grad();
        return LinearProduct.Apply(_x, _weight.Value, null).bytes.ToArray();
    }

    private void Shift()
    {
        using var _ = no_grad();
        _weight.Value.add_(1);
    }
}
