using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine.Tests;

[Collection(KernelCollection.Name)]
public sealed class CounterDropoutTests
{
    public CounterDropoutTests() => Libtorch.Load(threads: 1);

    [Fact]
    public void Probability_zero_returns_the_tensor_itself()
    {
        using Tensor x = ones(3);
        Assert.Same(x, CounterDropout.Apply(x, 0, 1));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_probability_outside_its_range_is_refused(double probability)
    {
        using Tensor x = ones(3);
        Assert.Throws<ArgumentOutOfRangeException>(() => CounterDropout.Apply(x, probability, 1));
    }

    [Fact]
    public void Elements_are_dropped_or_scaled_and_the_gradient_has_the_same_mask()
    {
        using var scope = NewDisposeScope();
        Tensor x = KernelCollection.Normal(1, 37, 501).requires_grad_();
        Tensor y = CounterDropout.Apply(x, 0.3, 5);
        y.sum().backward();
        float[] from = KernelCollection.Floats(x.detach()), to = KernelCollection.Floats(y.detach()), gradient = KernelCollection.Floats(x.grad!);
        float keep = (float)(1 / 0.7);
        Assert.DoesNotContain(Enumerable.Range(0, from.Length), i => !((to[i] == from[i] * keep && gradient[i] == keep) || (to[i] == 0 && gradient[i] == 0)));
        Assert.InRange(gradient.Count(g => g != 0) / (double)gradient.Length, 0.68, 0.72);
    }

    [Theory]
    [MemberData(nameof(KernelCollection.Widths), MemberType = typeof(KernelCollection))]
    public void The_mask_does_not_depend_on_threads_width_or_type(int bits)
    {
        using var scope = NewDisposeScope();
        Tensor x = KernelCollection.Normal(1, 70001);
        float[] one = KernelCollection.Floats(CounterDropout.Apply(x, 0.1, 5));
        Assert.Equal(one, KernelCollection.With(2, bits, () => KernelCollection.Floats(CounterDropout.Apply(x, 0.1, 5))));
        float[] half = KernelCollection.Floats(CounterDropout.Apply(x.to(ScalarType.BFloat16), 0.1, 5)), wide = KernelCollection.Floats(CounterDropout.Apply(x.to(ScalarType.Float64), 0.1, 5));
        Assert.Equal(one.Select(v => v == 0), half.Select(v => v == 0));
        Assert.Equal(0, one.Zip(wide, (a, b) => MathF.Abs(a - b)).Max(), tolerance: 2e-6f);
    }

    [Fact]
    public void A_tensor_that_is_not_contiguous_has_the_mask_of_its_row_major_order()
    {
        using var scope = NewDisposeScope();
        Tensor x = KernelCollection.Normal(1, 64, 33), turned = x.t();
        Assert.Equal(KernelCollection.Floats(CounterDropout.Apply(turned.contiguous(), 0.5, 5)), KernelCollection.Floats(CounterDropout.Apply(turned, 0.5, 5)));
    }

    [Fact]
    public void The_gradient_is_the_finite_difference()
    {
        using var scope = NewDisposeScope();
        Tensor x = KernelCollection.Normal(3, 6, 7).requires_grad_(), weight = KernelCollection.Normal(4, 6, 7);
        CounterDropout.Apply(x, 0.4, 8).mul(weight).sum().backward();
        Tensor numeric = zeros(6, 7);
        for (int i = 0; i < 42; i++)
        {
            Tensor step = zeros(42);
            step[i] = 0.5f;
            Tensor up = CounterDropout.Apply(x.detach() + step.view(6, 7), 0.4, 8), down = CounterDropout.Apply(x.detach() - step.view(6, 7), 0.4, 8);
            numeric.view(42)[i] = ((up - down) * weight).sum();
        }

        KernelCollection.AssertClose(numeric, x.grad!, 1e-5);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.003)]
    public void Keep_counts_follow_the_binomial_distribution(double probability)
    {
        // Blocks of 256 elements of many masks, as counts of kept elements: mean, variance and chi-square against the binomial's tails.
        using var scope = NewDisposeScope();
        Tensor x = ones(1 << 16);
        var counts = new List<int>();
        for (int step = 0; step < 24; step++)
        {
            float[] y = KernelCollection.Floats(CounterDropout.Apply(x, probability, RandomStream.Key(1, "dropout", step, 3)));
            counts.AddRange(y.Chunk(256).Select(block => block.Count(v => v != 0)));
        }

        double mean = counts.Average(), variance = counts.Sum(c => (c - mean) * (c - mean)) / (counts.Count - 1);
        double expected = 256 * (1 - probability), expectedVariance = expected * probability;
        Assert.InRange(mean, expected - (4.5 * Math.Sqrt(expectedVariance / counts.Count)), expected + (4.5 * Math.Sqrt(expectedVariance / counts.Count)));
        Assert.InRange(variance / expectedVariance, 1 - (4.5 * Math.Sqrt(2.6 / counts.Count)), 1 + (4.5 * Math.Sqrt(2.6 / counts.Count)));
        double chiSquare = counts.Sum(c => (c - expected) * (c - expected) / expectedVariance), normal = (chiSquare - counts.Count) / Math.Sqrt(2.6 * counts.Count);
        Assert.InRange(normal, -4.5, 4.5);
    }

    [Fact]
    public void Masks_of_other_steps_places_and_neighbours_are_independent()
    {
        using var scope = NewDisposeScope();
        const int n = 1 << 18;
        Tensor x = ones(n);
        double[] Mask(long step, long place) => [.. KernelCollection.Floats(CounterDropout.Apply(x, 0.5, RandomStream.Key(7, "dropout", step, place))).Select(v => v != 0 ? 1.0 : -1.0)];
        double[] mask = Mask(10, 2);
        foreach (double[] other in new[] { Mask(11, 2), Mask(10, 3), Mask(2, 10), Mask(9, 2) })
        {
            Assert.InRange(mask.Zip(other, (a, b) => a * b).Sum() / Math.Sqrt(n), -4.5, 4.5);
        }

        foreach (int lag in new[] { 1, 2, 3, 4, 8, 16, 64, 256, 4096, 65536 })
        {
            double sum = 0;
            for (int i = 0; i + lag < n; i++)
            {
                sum += mask[i] * mask[i + lag];
            }

            Assert.InRange(sum / Math.Sqrt(n - lag), -4.5, 4.5);
        }

        // Bytes of eight neighbours are uniform: chi-square with 255 degrees of freedom.
        var bytes = new int[256];
        foreach (double[] eight in mask.Chunk(8))
        {
            bytes[eight.Aggregate(0, (b, v) => (2 * b) + (v > 0 ? 1 : 0))]++;
        }

        double expected = n / 8 / 256.0;
        Assert.InRange((bytes.Sum(c => (c - expected) * (c - expected) / expected) - 255) / Math.Sqrt(510), -4.5, 4.5);
    }

    [Theory]
    [MemberData(nameof(KernelCollection.Widths), MemberType = typeof(KernelCollection))]
    public void The_sum_with_a_residual_has_the_bits_and_gradients_of_the_two_operations(int bits)
    {
        foreach ((bool residualNeeds, bool xNeeds) in new[] { (true, true), (true, false), (false, true), (false, false) })
        {
            using var scope = NewDisposeScope();
            Tensor weight = KernelCollection.Normal(3, 61, 83);
            (float[] Value, float[] Gradients) Run(Func<Tensor, Tensor, Tensor> sum) => KernelCollection.With(2, bits, () =>
            {
                Tensor residual = KernelCollection.Normal(1, 61, 83).requires_grad_(residualNeeds), x = KernelCollection.Normal(2, 61, 83).requires_grad_(xNeeds);

                // The residual is read twice, as in a network: its gradients are summed.
                Tensor y = sum(residual.mul(2), x).mul(weight).add(residual);
                if (residualNeeds || xNeeds)
                {
                    y.sum().backward();
                }

                return (KernelCollection.Floats(y.detach()), new[] { residual.grad, x.grad }.Where(g => g is not null).SelectMany(g => KernelCollection.Floats(g!)).ToArray());
            });
            (float[] value, float[] gradients) = Run((residual, x) => CounterDropout.AddTo(residual, x, 0.3, 5));
            (float[] expected, float[] expectedGradients) = Run((residual, x) => residual.add(CounterDropout.Apply(x, 0.3, 5)));
            Assert.Equal(expected, value);
            Assert.Equal(expectedGradients, gradients);
            Assert.Equal(61 * 83 * ((residualNeeds ? 1 : 0) + (xNeeds ? 1 : 0)), gradients.Length);
        }
    }

    [Fact]
    public void The_sum_with_a_residual_takes_other_types_orders_and_no_dropout()
    {
        using var scope = NewDisposeScope();
        Tensor residual = KernelCollection.Normal(1, 6, 7), x = KernelCollection.Normal(2, 6, 7), wide = x.to(ScalarType.Float64), turned = KernelCollection.Normal(2, 7, 6).t();
        Assert.True(CounterDropout.AddTo(residual, x, 0, 5).eq(residual + x).all().item<bool>());
        Assert.True(CounterDropout.AddTo(residual, turned, 0.5, 5).eq(residual + CounterDropout.Apply(turned, 0.5, 5)).all().item<bool>());
        Assert.True(CounterDropout.AddTo(residual.to(ScalarType.Float64), wide, 0.5, 5).eq(residual.to(ScalarType.Float64) + CounterDropout.Apply(wide, 0.5, 5)).all().item<bool>());
        Assert.Throws<ArgumentOutOfRangeException>(() => CounterDropout.AddTo(residual, x, 1, 5));
    }

    [Fact]
    public void No_tensor_is_left_after_many_calls()
    {
        long before = Tensor.TotalCount;
        for (int i = 0; i < 200; i++)
        {
            using var scope = NewDisposeScope();
            Tensor x = ones(50, 10).requires_grad_();
            CounterDropout.Apply(CounterDropout.Apply(x, 0.2, 1), 0.2, 2).sum().backward();
            CounterDropout.AddTo(x, x.mul(2), 0.2, 4).sum().backward();
            CounterDropout.Apply(x.detach().t(), 0.2, 3);
            CounterDropout.Apply(x.detach().to(ScalarType.Float64), 0.2, 3);
            x.grad!.Dispose();
        }

        Assert.InRange(Tensor.TotalCount - before, -20, 20);
    }
}
