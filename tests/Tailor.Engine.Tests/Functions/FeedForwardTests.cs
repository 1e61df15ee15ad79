using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Engine.Tests;

/// <summary>Holds the fused feed-forward, forward and gradients, against libtorch's operations in double precision, and against its own parts one by one.</summary>
[Collection(KernelCollection.Name)]
public sealed class FeedForwardTests
{
    public static TheoryData<int> Widths => [.. SimdChoice.Available];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Gelu_and_its_slope_are_those_of_double_precision_from_far_left_to_far_right(int bits)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = linspace(-12, 12, 16 * 4001).view(-1, 16), zero = zeros(16);

        // libtorch's own GELU cancels on the left, in double precision too.
        Tensor[] wide = Gelu(x.to(ScalarType.Float64), v => v.mul(special.erfc(v.mul(LastingScalar.Of(-Math.Sqrt(0.5))))).mul(LastingScalar.Of(0.5))), ours = KernelCollection.With(1, bits, () => Gelu(x, v => Identity(v, zero)));
        Assert.InRange(wide[0].sub(ours[0].to(ScalarType.Float64)).abs().sub(x.abs().mul(LastingScalar.Of(1.2e-7))).max().ToDouble(), -1, 1e-8);
        Assert.InRange(wide[1].sub(ours[1].to(ScalarType.Float64)).abs().max().ToDouble(), 0, 3e-7);

        // Left of zero nothing cancels: the small values are right in relation to themselves.
        Tensor left = x.lt(LastingScalar.Of(-1)).logical_and(x.gt(LastingScalar.Of(-5)));
        Assert.InRange(wide[0].sub(ours[0].to(ScalarType.Float64)).abs().div(wide[0].abs())[left].max().ToDouble(), 0, 2e-5);
        Assert.All(new[] { float.NaN, 1e20f, -1e20f }, value => Assert.Equal(value is float.NaN ? float.NaN : Math.Max(value, 0), Identity(full([1, 16], value), zero)[0, 3].item<float>()));
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void It_equals_double_precision_in_every_width(int bits) => KernelCollection.With(2, bits, () =>
    {
        using DisposeScope scope = NewDisposeScope();
        using var layer = new Layers(24, 48);
        Tensor x = KernelCollection.Normal(5, 83, 24), g = KernelCollection.Normal(6, 83, 24);
        Tensor[] wide = layer.Gradients(x, g, ScalarType.Float64, layer.Parts), ours = layer.Gradients(x, g, ScalarType.Float32, (v, _) => layer.Fused(v));
        Assert.All(wide.Zip(ours), pair => KernelCollection.AssertClose(pair.First, pair.Second, 1e-6));
        return 0;
    });

    [Fact]
    public void Sizes_that_our_own_product_takes_equal_double_precision()
    {
        using DisposeScope scope = NewDisposeScope();
        using var layer = new Layers(96, 208);
        Tensor x = KernelCollection.Normal(5, 301, 96), g = KernelCollection.Normal(6, 301, 96);
        Tensor[] wide = layer.Gradients(x, g, ScalarType.Float64, layer.Parts), ours = layer.Gradients(x, g, ScalarType.Float32, (v, _) => layer.Fused(v));
        Assert.All(wide.Zip(ours), pair => KernelCollection.AssertClose(pair.First, pair.Second, 2e-6));
    }

    [Fact]
    public void Gradients_are_those_of_finite_differences()
    {
        using DisposeScope scope = NewDisposeScope();
        using var layer = new Layers(6, 16);
        Tensor x = KernelCollection.Normal(5, 3, 6), g = KernelCollection.Normal(6, 3, 6);
        Tensor[] gradients = layer.Gradients(x, g, ScalarType.Float32, (v, _) => layer.Fused(v));
        Tensor[] leaves = [x, .. layer.All.Select(parameter => parameter.Value)];
        using var _ = no_grad();
        for (int i = 0; i < leaves.Length; i++)
        {
            Tensor flat = leaves[i].view(-1), expected = gradients[i + 1].view(-1);
            for (long k = 0; k < flat.numel(); k += 5)
            {
                float value = flat[k].item<float>();
                double Loss(float moved)
                {
                    flat[k] = tensor(moved);
                    return layer.Fused(x).mul(g).sum().ToDouble();
                }

                double slope = (Loss(value + 0.01f) - Loss(value - 0.01f)) / 0.02;
                flat[k] = tensor(value);
                Assert.Equal(slope, expected[k].item<float>(), 5e-3);
            }
        }
    }

    [Fact]
    public void In_mixed_precision_it_rounds_what_its_parts_round()
    {
        using DisposeScope scope = NewDisposeScope();
        using var layer = new Layers(128, 256);
        Tensor x = KernelCollection.Normal(5, 203, 128), g = KernelCollection.Normal(6, 203, 128);
        using PrecisionScope mixed = PrecisionScope.Enter(Precision.Mixed);
        Tensor[] parts = layer.Gradients(x, g, ScalarType.Float32, (v, _) => layer.InParts(v)), ours = layer.Gradients(x, g, ScalarType.Float32, (v, _) => layer.Fused(v));
        Tensor[] wide = layer.Gradients(x, g, ScalarType.Float64, layer.Parts);
        for (int i = 0; i < wide.Length; i++)
        {
            // The parts' own distance from double precision is the yardstick: between one another they differ by single roundings that fall otherwise.
            double distance = Distance(wide[i], parts[i]);
            Assert.InRange(Distance(wide[i], ours[i]), i == 5 ? 0 : 1e-4, 1.1 * distance + 1e-6);
            Assert.InRange(Distance(parts[i], ours[i]), 0, 0.25 * distance + 1e-6);
        }
    }

    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.Mixed)]
    public void The_sum_over_rows_does_not_depend_on_the_number_of_threads_nor_the_result_on_whether_a_graph_is_kept(Precision precision)
    {
        using DisposeScope scope = NewDisposeScope();
        using var layer = new Layers(128, 256);
        Tensor x = KernelCollection.Normal(5, 219, 128), g = KernelCollection.Normal(6, 219, 128);
        using PrecisionScope entered = PrecisionScope.Enter(precision);
        Tensor[] Run(int threads) => KernelCollection.With(threads, SimdChoice.Bits, () => layer.Gradients(x, g, ScalarType.Float32, (v, _) => layer.Fused(v)));
        Tensor[] one = Run(1), three = Run(3);

        // Libtorch's products may differ by threads; the gradient of the first bias is summed by our kernel.
        Assert.True(one[3].equal(three[3]).all().ToBoolean());
        using var _ = no_grad();
        Assert.True(one[0].equal(KernelCollection.With(1, SimdChoice.Bits, () => layer.Fused(x))).all().ToBoolean());
    }

    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.Mixed)]
    public void Whatever_stands_still_gets_no_gradient_and_the_rest_the_same(Precision precision)
    {
        using DisposeScope scope = NewDisposeScope();
        using var layer = new Layers(128, 128);
        Tensor x = KernelCollection.Normal(5, 101, 128), g = KernelCollection.Normal(6, 101, 128);
        using PrecisionScope entered = PrecisionScope.Enter(precision);
        Tensor[] all = layer.Gradients(x, g, ScalarType.Float32, (v, _) => layer.Fused(v));
        for (int trained = 0; trained < 5; trained++)
        {
            Tensor input = x.detach().requires_grad_(trained == 0);
            for (int i = 0; i < 4; i++)
            {
                layer.All[i].Trainable = i == trained - 1;
            }

            Tensor leaf = trained == 0 ? input : layer.All[trained - 1].Value;
            Assert.True(all[trained + 1].equal(autograd.grad([layer.Fused(input)], [leaf], [g])[0]).all().ToBoolean());
        }

        layer.All[3].Trainable = false;
        Assert.False(layer.Fused(x).requires_grad);
    }

    [Fact]
    public void Adapters_other_activations_and_narrow_layers_go_through_the_layers()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = KernelCollection.Normal(5, 9, 24);
        using Layers layer = new(24, 48), odd = new(24, 20);
        using var _ = no_grad();
        Assert.True(FeedForward.Apply(x, layer.Up, Activation.Relu, layer.Down).equal(layer.Down.Forward(F.relu(layer.Up.Forward(x)))).all().ToBoolean());
        Assert.True(odd.Fused(x).equal(odd.InParts(x)).all().ToBoolean());
        layer.Down.Adapter = new Doubled();
        KernelCollection.AssertClose(layer.InParts(x), layer.Fused(x), 1e-7);
    }

    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.Mixed)]
    public void What_is_kept_for_the_backward_pass_is_given_back(Precision precision)
    {
        using DisposeScope scope = NewDisposeScope();
        using var layer = new Layers(128, 128);
        Tensor x = KernelCollection.Normal(1, 100, 128);
        void Step()
        {
            using DisposeScope step = NewDisposeScope();
            using (PrecisionScope.Enter(precision))
            {
                layer.Fused(x).sum().backward();
            }

            foreach (Parameter parameter in layer.All)
            {
                parameter.Value.grad?.Dispose();
                parameter.Value.grad = null;
            }
        }

        KernelCollection.AssertKeepsNothing(Step);
    }

    /// <summary>GELU alone, forward and backward, by layers that multiply by one.</summary>
    private static Tensor Identity(Tensor x, Tensor zero)
    {
        Tensor one = eye(16);
        using Parameter up = new("up", one.clone()), upBias = new("up.bias", zero.clone()), down = new("down", one.clone()), downBias = new("down.bias", zero.clone());
        return FeedForward.Apply(x, new Linear(up, upBias), Activation.Gelu, new Linear(down, downBias));
    }

    private static Tensor[] Gelu(Tensor x, Func<Tensor, Tensor> gelu)
    {
        Tensor input = x.detach().requires_grad_(), y = gelu(input);
        return [y.detach(), autograd.grad([y], [input], [ones_like(y)])[0]];
    }

    private static double Distance(Tensor expected, Tensor actual) =>
        expected.to(ScalarType.Float64).sub(actual.to(ScalarType.Float64)).norm().ToDouble() / expected.to(ScalarType.Float64).norm().ToDouble();

    private sealed class Doubled : LinearAdapter
    {
        public override Tensor Forward(Linear layer, Tensor x, long first, long count) => layer.Plain(x, first, count).mul(LastingScalar.Of(2));

        public override (Tensor Weight, Tensor? Bias) Merged(Linear layer) => (layer.Weight.Value.mul(LastingScalar.Of(2)), layer.Bias!.Value.mul(LastingScalar.Of(2)));
    }

    private sealed class Layers : IDisposable
    {
        public Layers(int width, int inner)
        {
            Tensor Scaled(int seed, params long[] shape) => KernelCollection.Normal(seed, shape).div(LastingScalar.Of(Math.Sqrt(shape[^1])));
            All = [new("up", Scaled(1, inner, width)), new("up.bias", Scaled(2, inner)), new("down", Scaled(3, width, inner)), new("down.bias", Scaled(4, width))];
            (Up, Down) = (new Linear(All[0], All[1]), new Linear(All[2], All[3]));
        }

        public Parameter[] All { get; }

        public Linear Up { get; }

        public Linear Down { get; }

        public Tensor Fused(Tensor x) => FeedForward.Apply(x, Up, Activation.Gelu, Down);

        public Tensor InParts(Tensor x) => Down.Forward(F.gelu(Up.Forward(x)));

        public Tensor Parts(Tensor x, Tensor[] p) => F.linear(F.gelu(F.linear(x, p[0], p[1])), p[2], p[3]);

        /// <summary>The result and the gradients of x, up, its bias, down and its bias.</summary>
        public Tensor[] Gradients(Tensor x, Tensor gradient, ScalarType type, Func<Tensor, Tensor[], Tensor> function)
        {
            Tensor input = x.detach().to(type).requires_grad_();
            Tensor[] leaves = [.. All.Select(parameter => type == ScalarType.Float32 ? parameter.Value : parameter.Value.detach().to(type).requires_grad_())];
            Tensor y = function(input, leaves);
            return [y.detach(), .. autograd.grad([y], [input, .. leaves], [gradient.to(type)])];
        }

        public void Dispose() => Array.ForEach(All, parameter => parameter.Dispose());
    }
}
