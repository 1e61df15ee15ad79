using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine.Tests;

public sealed class RowGatherTests
{
    [Fact]
    public void Gradients_agree_with_finite_differences()
    {
        using var scope = NewDisposeScope();
        using var table = new Parameter("t", TestTensors.Random(1, 6, 3), sparseRows: true);
        var ids = tensor(new long[] { 4, 1, 4, 0, 4 });
        var weight = TestTensors.Random(2, 5, 3);
        double Loss() => (RowGather.Apply(table, ids).pow(3) * weight).sum(type: ScalarType.Float64).item<double>();
        (RowGather.Apply(table, ids).pow(3) * weight).sum().backward();
        Assert.Null(table.Value.grad);
        Assert.Equal([4, 1, 0], table.Rows!.TouchedThisStep.ToArray());
        float[] gradient = new float[18];
        for (int row = 0; row < 6; row++)
        {
            table.Rows[row].CopyTo(gradient.AsSpan(3 * row));
        }

        using var frozen = no_grad();
        for (int i = 0; i < 18; i++)
        {
            var entry = table.Value[i / 3, i % 3];
            float value = entry.item<float>();
            const float Step = 1f / 128;
            entry.fill_(value + Step);
            double up = Loss();
            entry.fill_(value - Step);
            double down = Loss();
            entry.fill_(value);
            Assert.Equal((up - down) / (2 * Step), gradient[i], 2e-3);
        }
    }

    [Fact]
    public void Two_backward_passes_add_up_as_the_dense_gradient_does()
    {
        using var scope = NewDisposeScope();
        using var sparse = new Parameter("t", TestTensors.Random(1, 200, 70), sparseRows: true);
        using var dense = new Parameter("t", TestTensors.Random(1, 200, 70));
        for (int pass = 0; pass < 2; pass++)
        {
            var ids = tensor(TestTensors.Ids(pass, 300, 90));
            var weight = TestTensors.Random(3 + pass, 300, 70);
            foreach (var table in new[] { sparse, dense })
            {
                (RowGather.Apply(table, ids) * weight).sum().backward();
            }
        }

        var sum = zeros(200, 70);
        sparse.Rows!.AddTo(sum);
        Assert.True(allclose(sum, dense.Value.grad!, rtol: 1e-5, atol: 1e-6));
        Assert.True(sparse.Rows.TouchedThisStep.Length is > 60 and <= 90);
        sparse.Rows.Clear();
        Assert.Equal(0, sparse.Rows.TouchedThisStep.Length);
        Assert.True(sparse.Rows[sparse.Rows.EverTouched.IndexOf((byte)1)].IsEmpty);
    }

    [Fact]
    public void One_pass_sums_in_the_order_of_libtorch()
    {
        using var scope = NewDisposeScope();
        using var sparse = new Parameter("t", TestTensors.Random(1, 50, 70), sparseRows: true);
        using var dense = new Parameter("t", TestTensors.Random(1, 50, 70));
        foreach (var table in new[] { sparse, dense })
        {
            (RowGather.Apply(table, tensor(TestTensors.Ids(2, 300, 40))) * TestTensors.Random(3, 300, 70)).sum().backward();
        }

        var sum = zeros(50, 70);
        sparse.Rows!.AddTo(sum);
        Assert.Equal(TestTensors.Bits(dense.Value.grad!), TestTensors.Bits(sum));
    }

    [Fact]
    public void Values_are_those_of_the_rows_and_a_frozen_table_collects_nothing()
    {
        using var scope = NewDisposeScope();
        using var table = new Parameter("t", TestTensors.Random(1, 10, 4), sparseRows: true) { Trainable = false };
        var ids = tensor(new long[] { 9, 0, 9 });
        var rows = RowGather.Apply(table, ids);
        Assert.False(rows.requires_grad);
        Assert.Equal(TestTensors.Bits(table.Value.index_select(0, ids)), TestTensors.Bits(rows));
        Assert.Equal(0, table.Rows!.TouchedThisStep.Length);
    }

    [Fact]
    public void Ids_outside_the_table_are_refused()
    {
        using var scope = NewDisposeScope();
        using var table = new Parameter("t", TestTensors.Random(1, 10, 4), sparseRows: true);
        Assert.ThrowsAny<Exception>(() => RowGather.Apply(table, tensor(new long[] { 10 })));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.Rows!.Accumulate([3, -1], zeros(2, 4)));
        Assert.Throws<ArgumentException>(() => table.Rows!.Accumulate([3], zeros(1, 5)));
        Assert.Equal(0, table.Rows!.TouchedThisStep.Length);
        Assert.Equal(-1, table.Rows.EverTouched.IndexOf((byte)1));
    }

    [Fact]
    public void Tables_and_parts_that_do_not_fit_are_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => new Parameter("t", zeros(5), sparseRows: true));
        Assert.Throws<ArgumentException>(() => new Parameter("t", zeros(5, ScalarType.Int64)));
        Assert.Throws<ArgumentException>(() => new Parameter("qkv", zeros(6, 2), [new("q", 0, 2), new("k", 2, 2)]));
        Assert.Throws<ArgumentException>(() => new Parameter("qkv", zeros(6, 2), [new("q", 0, 2), new("k", 3, 3)]));
        using var fused = new Parameter("qkv", zeros(6, 2), [new("q", 0, 2), new("k", 2, 2), new("v", 4, 2)]);
        Assert.Equal(3, fused.Parts.Count);
    }
}
