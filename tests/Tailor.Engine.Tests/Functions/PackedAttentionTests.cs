using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine.Tests;

[Collection(KernelCollection.Name)]
public sealed class PackedAttentionTests
{
    private static readonly int[] Small = [0, 5, 6, 23, 40];

    public PackedAttentionTests() => Libtorch.Load(threads: 1);

    public static IEnumerable<TheoryDataRow<int, int, double>> Cases =>
        from bits in SimdChoice.Available
        from size in new[] { 1, 8, 12, 32, 64, 100 }
        from dropout in new[] { 0, 0.25 }
        select new TheoryDataRow<int, int, double>(bits, size, dropout);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Self_attention_and_its_gradient_equal_libtorchs_operations(int bits, int size, double dropout)
    {
        using var scope = NewDisposeScope();
        Tensor qkv = KernelCollection.Normal(1, 40, 3 * 2 * size), weight = KernelCollection.Normal(2, 40, 2 * size);
        (Tensor expected, Tensor expectedGradient) = Run(qkv.to(ScalarType.Float64), weight.to(ScalarType.Float64), x => PaddedAttention.SelfAttention(x, Small, 2, dropout, 77));
        (Tensor actual, Tensor gradient) = KernelCollection.With(1, bits, () => Run(qkv, weight, x => PackedAttention.SelfAttention(x, Small, 2, dropout, 77)));
        KernelCollection.AssertClose(expected, actual, 1e-5);
        KernelCollection.AssertClose(expectedGradient, gradient, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Read_attention_and_its_gradients_equal_libtorchs_operations(int bits, int size, double dropout)
    {
        using var scope = NewDisposeScope();
        Tensor query = KernelCollection.Normal(1, 4, 2 * size), keyValue = KernelCollection.Normal(2, 40, 2 * 2 * size), weight = KernelCollection.Normal(3, 4, 2 * size);
        Tensor wideQuery = query.to(ScalarType.Float64).requires_grad_(), wideKeyValue = keyValue.to(ScalarType.Float64).requires_grad_();
        Tensor expected = PaddedAttention.ReadAttention(wideQuery, wideKeyValue, Small, 2, dropout, 77);
        expected.mul(weight.to(ScalarType.Float64)).sum().backward();
        query.requires_grad_();
        keyValue.requires_grad_();
        Tensor actual = KernelCollection.With(1, bits, () =>
        {
            Tensor result = PackedAttention.ReadAttention(query, keyValue, Small, 2, dropout, 77);
            result.mul(weight).sum().backward();
            return result;
        });
        KernelCollection.AssertClose(expected, actual, 1e-5);
        KernelCollection.AssertClose(wideQuery.grad!, query.grad!, 1e-5);
        KernelCollection.AssertClose(wideKeyValue.grad!, keyValue.grad!, 1e-5);
    }

    [Fact]
    public void A_position_of_causal_attention_is_the_last_of_its_sequence_cut_there()
    {
        using var scope = NewDisposeScope();
        Tensor qkv = KernelCollection.Normal(1, 40, 3 * 2 * 8), all = PaddedAttention.CausalSelfAttention(qkv, Small, 2, 0, 77);
        for (int s = 0; s < Small.Length - 1; s++)
        {
            for (int row = Small[s]; row < Small[s + 1]; row++)
            {
                int length = row + 1 - Small[s];
                Tensor cut = PaddedAttention.SelfAttention(qkv.narrow(0, Small[s], length), [0, length], 2, 0, 77);
                KernelCollection.AssertClose(cut[length - 1], all[row], 1e-6);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Attention_with_more_keys_than_queries_and_its_gradients_equal_libtorchs_operations(int bits, int size, double dropout)
    {
        using var scope = NewDisposeScope();
        int[] queries = [0, 3, 4, 14, 18];
        Tensor query = KernelCollection.Normal(1, 18, 2 * size), keyValue = KernelCollection.Normal(2, 40, 2 * 2 * size), weight = KernelCollection.Normal(3, 18, 2 * size);
        Tensor wideQuery = query.to(ScalarType.Float64).requires_grad_(), wideKeyValue = keyValue.to(ScalarType.Float64).requires_grad_();
        Tensor expected = PaddedAttention.Attention(wideQuery, wideKeyValue, queries, Small, 2, dropout, 77);
        expected.mul(weight.to(ScalarType.Float64)).sum().backward();
        query.requires_grad_();
        keyValue.requires_grad_();
        Tensor actual = KernelCollection.With(1, bits, () =>
        {
            Tensor result = PackedAttention.Attention(query, keyValue, queries, Small, 2, dropout, 77);
            result.mul(weight).sum().backward();
            return result;
        });
        KernelCollection.AssertClose(expected, actual, 1e-5);
        KernelCollection.AssertClose(wideQuery.grad!, query.grad!, 1e-5);
        KernelCollection.AssertClose(wideKeyValue.grad!, keyValue.grad!, 1e-5);
    }

    [Theory]
    [MemberData(nameof(KernelCollection.Widths), MemberType = typeof(KernelCollection))]
    public void Long_sequences_are_taken_in_blocks_of_queries(int bits)
    {
        using var scope = NewDisposeScope();
        int[] offsets = [0, 300, 429, 1029];
        Tensor qkv = KernelCollection.Normal(1, 1029, 3 * 12), weight = KernelCollection.Normal(2, 1029, 12);
        (Tensor expected, Tensor expectedGradient) = Run(qkv.to(ScalarType.Float64), weight.to(ScalarType.Float64), x => PaddedAttention.SelfAttention(x, offsets, 1, 0.1, 7));
        (Tensor actual, Tensor gradient) = KernelCollection.With(1, bits, () => Run(qkv, weight, x => PackedAttention.SelfAttention(x, offsets, 1, 0.1, 7)));
        KernelCollection.AssertClose(expected, actual, 1e-5);
        KernelCollection.AssertClose(expectedGradient, gradient, 1e-5);
    }

    [Fact]
    public void Every_length_up_to_seventy_is_right()
    {
        using var scope = NewDisposeScope();
        int[] offsets = new int[71];
        for (int s = 0; s < 70; s++)
        {
            offsets[s + 1] = offsets[s] + s + 1;
        }

        Tensor qkv = KernelCollection.Normal(1, offsets[^1], 3 * 20), weight = KernelCollection.Normal(2, offsets[^1], 20);
        (Tensor expected, Tensor expectedGradient) = Run(qkv.to(ScalarType.Float64), weight.to(ScalarType.Float64), x => PaddedAttention.SelfAttention(x, offsets, 1, 0.1, 7));
        (Tensor actual, Tensor gradient) = Run(qkv, weight, x => PackedAttention.SelfAttention(x, offsets, 1, 0.1, 7));
        KernelCollection.AssertClose(expected, actual, 1e-5);
        KernelCollection.AssertClose(expectedGradient, gradient, 1e-5);
    }

    [Fact]
    public void The_gradient_is_the_finite_difference()
    {
        using var scope = NewDisposeScope();
        int[] offsets = [0, 3, 4];
        Tensor qkv = KernelCollection.Normal(5, 4, 12), weight = KernelCollection.Normal(6, 4, 4);
        (_, Tensor gradient) = Run(qkv, weight, x => PackedAttention.SelfAttention(x, offsets, 2, 0.2, 9));
        Tensor numeric = zeros(48);
        for (int i = 0; i < 48; i++)
        {
            Tensor step = zeros(48);
            step[i] = 0.01f;
            Tensor up = PackedAttention.SelfAttention(qkv + step.view(4, 12), offsets, 2, 0.2, 9), down = PackedAttention.SelfAttention(qkv - step.view(4, 12), offsets, 2, 0.2, 9);
            numeric[i] = ((up - down) * weight).sum() / 0.02f;
        }

        KernelCollection.AssertClose(numeric.view(4, 12), gradient, 1e-3);
    }

    [Fact]
    public void Reading_one_position_equals_that_row_of_self_attention()
    {
        using var scope = NewDisposeScope();
        Tensor qkv = KernelCollection.Normal(1, 40, 3 * 24), read = tensor(new long[] { 0, 5, 9, 39 });
        Tensor all = PackedAttention.SelfAttention(qkv, Small, 2, 0, 0).index_select(0, read);
        Tensor one = PackedAttention.ReadAttention(qkv.index_select(0, read).narrow(1, 0, 24), qkv.narrow(1, 24, 48), Small, 2, 0, 0);
        KernelCollection.AssertClose(all, one, 1e-6);
    }

    [Theory]
    [MemberData(nameof(KernelCollection.Widths), MemberType = typeof(KernelCollection))]
    public void Bits_do_not_depend_on_the_number_of_threads(int bits)
    {
        using var scope = NewDisposeScope();
        int[] offsets = [0, 130, 131, 200, 240, 303];
        Tensor qkv = KernelCollection.Normal(1, 303, 3 * 48), weight = KernelCollection.Normal(2, 303, 48);
        (float[] Output, float[] Gradient) One(int threads) => KernelCollection.With(threads, bits, () =>
        {
            (Tensor output, Tensor gradient) = Run(qkv, weight, x => PackedAttention.SelfAttention(x, offsets, 4, 0.1, 7));
            return (KernelCollection.Floats(output), KernelCollection.Floats(gradient));
        });
        (float[] expected, float[] expectedGradient) = One(1);
        for (int repeat = 0; repeat < 5; repeat++)
        {
            (float[] output, float[] gradient) = One(2);
            Assert.Equal(expected, output);
            Assert.Equal(expectedGradient, gradient);
        }
    }

    [Fact]
    public void Large_scores_do_not_overflow_and_a_fault_in_one_sequence_stays_there()
    {
        using var scope = NewDisposeScope();
        Tensor qkv = KernelCollection.Normal(1, 40, 3 * 8) * 60;
        KernelCollection.AssertClose(
            PaddedAttention.SelfAttention(qkv.to(ScalarType.Float64), Small, 1, 0, 0), PackedAttention.SelfAttention(qkv, Small, 1, 0, 0), 1e-4);
        qkv[7, 3] = float.NaN;
        Tensor output = PackedAttention.SelfAttention(qkv, Small, 1, 0, 0);
        Assert.True(output[7].isnan().all().ToBoolean());
        Assert.False(output.narrow(0, 0, 6).isnan().any().ToBoolean());
        Assert.False(output.narrow(0, 23, 17).isnan().any().ToBoolean());
    }

    [Fact]
    public void An_input_used_twice_and_a_gradient_out_of_order_accumulate()
    {
        using var scope = NewDisposeScope();
        Tensor qkv = KernelCollection.Normal(1, 40, 3 * 8), weight = KernelCollection.Normal(2, 8, 40);
        Tensor Twice(Tensor x, Func<Tensor, Tensor> attention) => attention(x).t().mul(weight.to(x.dtype)).sum().add(attention(x.mul(2)).t().mul(weight.to(x.dtype)).sum());
        Tensor x = qkv.detach().clone().requires_grad_(), wide = qkv.to(ScalarType.Float64).requires_grad_();
        Twice(x, v => PackedAttention.SelfAttention(v, Small, 2, 0.1, 1)).backward();
        Twice(wide, v => PaddedAttention.SelfAttention(v, Small, 2, 0.1, 1)).backward();
        KernelCollection.AssertClose(wide.grad!, x.grad!, 1e-5);
    }

    [Fact]
    public void Bfloat16_goes_through_the_same_kernel()
    {
        using var scope = NewDisposeScope();
        Tensor qkv = KernelCollection.Normal(1, 40, 3 * 8).to(ScalarType.BFloat16).requires_grad_();
        Tensor output = PackedAttention.SelfAttention(qkv, Small, 2, 0, 1);
        Assert.Equal(ScalarType.BFloat16, output.dtype);
        KernelCollection.AssertClose(PackedAttention.SelfAttention(qkv.detach().to(ScalarType.Float32), Small, 2, 0, 1), output.detach(), 5e-3);
        output.sum().backward();
        Assert.Equal(ScalarType.BFloat16, qkv.grad!.dtype);
    }

    [Fact]
    public void What_does_not_fit_together_is_refused()
    {
        using var scope = NewDisposeScope();
        Tensor qkv = zeros(10, 24);
        Assert.Contains("at least one token", Assert.Throws<ArgumentException>(() => PackedAttention.SelfAttention(qkv, [0, 4, 4, 10], 2, 0, 0)).Message, StringComparison.Ordinal);
        Assert.Contains("at least one token", Assert.Throws<ArgumentException>(() => PackedAttention.SelfAttention(qkv, [0, 20, 10], 2, 0, 0)).Message, StringComparison.Ordinal);
        Assert.Contains("10 tokens", Assert.Throws<ArgumentException>(() => PackedAttention.SelfAttention(qkv, [0, 9], 2, 0, 0)).Message, StringComparison.Ordinal);
        Assert.Contains("10 tokens", Assert.Throws<ArgumentException>(() => PackedAttention.SelfAttention(qkv, [1, 10], 2, 0, 0)).Message, StringComparison.Ordinal);
        Assert.Contains("10 tokens", Assert.Throws<ArgumentException>(() => PackedAttention.SelfAttention(qkv, [0], 2, 0, 0)).Message, StringComparison.Ordinal);
        Assert.Contains("3 heads share", Assert.Throws<ArgumentException>(() => PackedAttention.SelfAttention(qkv, [0, 10], 3, 0, 0)).Message, StringComparison.Ordinal);
        Assert.Contains("3 tokens", Assert.Throws<ArgumentException>(() => PackedAttention.ReadAttention(zeros(3, 12), qkv, [0, 4, 10], 2, 0, 0)).Message, StringComparison.Ordinal);
        Assert.Contains("3 sequences", Assert.Throws<ArgumentException>(() => PackedAttention.Attention(zeros(3, 12), qkv, [0, 1, 2, 3], [0, 4, 10], 2, 0, 0)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => PackedAttention.SelfAttention(qkv, [0, 10], 2, 1, 0));
    }

    [Fact]
    public void No_tensor_is_left_after_many_calls()
    {
        using Tensor qkv = KernelCollection.Normal(1, 40, 24), keyValue = KernelCollection.Normal(2, 40, 16), query = KernelCollection.Normal(2, 4, 8);
        long before = Tensor.TotalCount;
        for (int i = 0; i < 200; i++)
        {
            using var scope = NewDisposeScope();
            Tensor a = qkv.detach().requires_grad_(), b = keyValue.detach().requires_grad_(), c = query.detach().requires_grad_();
            PackedAttention.SelfAttention(a, Small, 2, 0.1, 1).sum().backward();
            PackedAttention.ReadAttention(c, b, Small, 2, 0.1, 1).sum().backward();
            PackedAttention.SelfAttention(a.detach(), Small, 2, 0.1, 1);
            PackedAttention.SelfAttention(a.to(ScalarType.BFloat16), Small, 2, 0.1, 1).sum().backward();
            PaddedAttention.SelfAttention(a, Small, 2, 0.1, 1).sum().backward();
            a.grad!.Dispose();
            b.grad!.Dispose();
            c.grad!.Dispose();
        }

        Assert.InRange(Tensor.TotalCount - before, -20, 20);
    }

    private static (Tensor Output, Tensor Gradient) Run(Tensor input, Tensor weight, Func<Tensor, Tensor> attention)
    {
        Tensor x = input.detach().clone().requires_grad_();
        Tensor output = attention(x);
        output.mul(weight).sum().backward();
        return (output.detach(), x.grad!);
    }
}
