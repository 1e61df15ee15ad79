using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine.Tests;

/// <summary>Holds projection and attention in one function against the two one after the other, which have their own tests: in mixed precision the same bits.</summary>
[Collection(KernelCollection.Name)]
public sealed class SelfAttentionTests
{
    [Theory]
    [InlineData(4, 32, 0.1, 1, 37, 5, 300)]
    [InlineData(2, 64, 0.0, 96, 48)]
    [InlineData(3, 48, 0.3, 201)]
    public void In_mixed_precision_it_has_the_bits_of_its_parts(int heads, int size, double dropout, params int[] lengths) => KernelCollection.OnEveryWidth(() =>
    {
        using DisposeScope scope = NewDisposeScope();
        using var layer = new Layer(128, heads, size, dropout, lengths);
        using PrecisionScope mixed = PrecisionScope.Enter(Precision.Mixed);
        Assert.True(SelfAttention.Fuses(layer.X, layer.Projection, heads));
        Tensor[] parts = layer.Gradients(layer.InParts), ours = layer.Gradients(layer.Fused);
        Assert.All([0, 1, 2], i => Assert.True(parts[i].Equals(ours[i]), $"result {i} differs"));

        // Summed in another order.
        KernelCollection.AssertClose(parts[3], ours[3], 1e-6);
    });

    [Fact]
    public void Nothing_depends_on_the_number_of_threads_or_on_whether_a_graph_is_kept()
    {
        using DisposeScope scope = NewDisposeScope();
        using var layer = new Layer(128, 4, 32, 0.1, 40, 200, 17);
        using PrecisionScope mixed = PrecisionScope.Enter(Precision.Mixed);
        Tensor[] Run(int threads) => KernelCollection.With(threads, SimdChoice.Bits, () => layer.Gradients(layer.Fused));
        Tensor[] one = Run(1), three = Run(3);
        Assert.True(one[3].Equals(three[3]));
        using var _ = no_grad();
        Assert.True(one[0].Equals(KernelCollection.With(1, SimdChoice.Bits, () => layer.Fused(layer.X))));
    }

    [Fact]
    public void Whatever_stands_still_gets_no_gradient_and_the_rest_the_same()
    {
        using DisposeScope scope = NewDisposeScope();
        using var layer = new Layer(128, 4, 32, 0.1, 40, 200, 17);
        using PrecisionScope mixed = PrecisionScope.Enter(Precision.Mixed);
        Tensor[] all = layer.Gradients(layer.Fused);
        for (int trained = 0; trained < 3; trained++)
        {
            Tensor input = layer.X.detach().requires_grad_(trained == 0);
            (layer.Weight.Trainable, layer.Bias.Trainable) = (trained == 1, trained == 2);
            Tensor leaf = trained switch { 0 => input, 1 => layer.Weight.Value, _ => layer.Bias.Value };
            Assert.True(all[trained + 1].Equals(autograd.grad([layer.Fused(input)], [leaf], [layer.G])[0]));
        }

        layer.Bias.Trainable = false;
        Assert.False(layer.Fused(layer.X).requires_grad);
    }

    [Fact]
    public void In_float32_with_an_adapter_or_with_heads_of_other_sizes_the_parts_compute_it()
    {
        using DisposeScope scope = NewDisposeScope();
        using Layer layer = new(128, 4, 32, 0.1, 40, 200), odd = new(128, 4, 24, 0.1, 40, 200);
        Assert.True(layer.InParts(layer.X).Equals(layer.Fused(layer.X)));
        using PrecisionScope mixed = PrecisionScope.Enter(Precision.Mixed);
        Assert.False(SelfAttention.Fuses(odd.X, odd.Projection, 4));
        Assert.True(odd.InParts(odd.X).Equals(odd.Fused(odd.X)));
        layer.Projection.Adapter = new Doubled();
        Assert.True(layer.InParts(layer.X).Equals(layer.Fused(layer.X)));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        using var layer = new Layer(128, 4, 32, 0.1, 40, 200);
        using PrecisionScope mixed = PrecisionScope.Enter(Precision.Mixed);
        Assert.Throws<ArgumentException>(() => SelfAttention.Apply(layer.X, layer.Projection, [0, 40, 241], 4, 0.1, 1));
        Assert.Throws<ArgumentException>(() => SelfAttention.Apply(layer.X, layer.Projection, [0, 40, 40, 240], 4, 0.1, 1));
        Assert.ThrowsAny<ArgumentException>(() => SelfAttention.Apply(layer.X, layer.Projection, [0, 240], 4, 1, 1));
        Assert.ThrowsAny<ArgumentException>(() => SelfAttention.Apply(layer.X, layer.Projection, [0, 240], 0, 0.1, 1));
    }

    [Fact]
    public void What_is_kept_for_the_backward_pass_is_given_back()
    {
        using DisposeScope scope = NewDisposeScope();
        using var layer = new Layer(128, 4, 32, 0.1, 40, 200);
        KernelCollection.AssertKeepsNothing(() =>
        {
            using DisposeScope step = NewDisposeScope();
            using (PrecisionScope.Enter(Precision.Mixed))
            {
                layer.Fused(layer.X).sum().backward();
            }

            foreach (Parameter parameter in new[] { layer.Weight, layer.Bias })
            {
                parameter.Value.grad?.Dispose();
                parameter.Value.grad = null;
            }
        });
    }

    private sealed class Doubled : LinearAdapter
    {
        public override Tensor Forward(Linear layer, Tensor x, long first, long count) => layer.Plain(x, first, count).mul(LastingScalar.Of(2));

        public override (Tensor Weight, Tensor? Bias) Merged(Linear layer) => (layer.Weight.Value.mul(LastingScalar.Of(2)), layer.Bias!.Value.mul(LastingScalar.Of(2)));
    }

    private sealed class Layer : IDisposable
    {
        private readonly int[] _offsets;
        private readonly int _heads;
        private readonly double _dropout;

        public Layer(int width, int heads, int size, double dropout, params int[] lengths)
        {
            (_heads, _dropout, _offsets) = (heads, dropout, [0, .. lengths.Select((_, i) => lengths.Take(i + 1).Sum())]);
            Weight = new Parameter("w", KernelCollection.Normal(2, 3 * heads * size, width).div(LastingScalar.Of(Math.Sqrt(width))));
            Bias = new Parameter("b", KernelCollection.Normal(3, 3 * heads * size));
            Projection = new Linear(Weight, Bias);
            (X, G) = (KernelCollection.Normal(1, lengths.Sum(), width), KernelCollection.Normal(4, lengths.Sum(), heads * size));
        }

        public Parameter Weight { get; }

        public Parameter Bias { get; }

        public Linear Projection { get; }

        public Tensor X { get; }

        public Tensor G { get; }

        public Tensor Fused(Tensor x) => SelfAttention.Apply(x, Projection, _offsets, _heads, _dropout, 7);

        public Tensor InParts(Tensor x) => PackedAttention.SelfAttention(Projection.Forward(x), _offsets, _heads, _dropout, 7);

        /// <summary>The result and the gradients of x, weight and bias.</summary>
        public Tensor[] Gradients(Func<Tensor, Tensor> function)
        {
            Tensor input = X.detach().requires_grad_(), y = function(input);
            return [y.detach(), .. autograd.grad([y], [input, Weight.Value, Bias.Value], [G])];
        }

        public void Dispose()
        {
            Weight.Dispose();
            Bias.Dispose();
        }
    }
}
