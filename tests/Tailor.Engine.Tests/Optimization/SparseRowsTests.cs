using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine.Tests;

[Collection(AloneCollection.Name)]
public sealed class SparseRowsTests
{
    private static readonly Func<IReadOnlyList<ParameterGroup>, Optimizer>[] Makers =
    [
        groups => new AdamW(groups),
        groups => new AdamW(groups, decoupled: false),
        groups => new Sgd(groups),
        groups => new Sgd(groups, 0.9),
        groups => new Sgd(groups, 0.9, nesterov: true),
        groups => new AdamW(groups, fused: false),
    ];

    // Widths off the vector's, tables of several chunks, decay (which visits every row), a tied dense gradient.
    [Theory]
    [InlineData(0, 60, 37, 0, false)]
    [InlineData(0, 3000, 64, 0, false)]
    [InlineData(0, 60, 37, 0.1, false)]
    [InlineData(0, 60, 37, 0, true)]
    [InlineData(1, 60, 5, 0, false)]
    [InlineData(1, 60, 5, 0.1, true)]
    [InlineData(2, 60, 37, 0, false)]
    [InlineData(2, 60, 37, 0.1, false)]
    [InlineData(3, 3000, 64, 0, false)]
    [InlineData(4, 60, 37, 0, true)]
    [InlineData(5, 60, 37, 0, false)]
    public void Sparse_rows_equal_a_dense_gradient_bit_for_bit(int maker, int rows, int width, double decay, bool tied)
    {
        using var scope = NewDisposeScope();
        var tables = new[] { true, false }.Select(sparse => new Parameter("t", TestTensors.Random(1, rows, width), sparseRows: sparse)).ToArray();
        using var dispose = new Disposables([.. tables]);
        var optimizers = tables.Select(t => Make(maker, t, decay)).ToArray();
        for (int step = 0; step < 20; step++)
        {
            using var stepScope = NewDisposeScope();
            if (step == 9)
            {
                // The saved state goes into fresh optimizers, and a fresh table for the sparse one.
                for (int i = 0; i < 2; i++)
                {
                    var saved = optimizers[i].State.ToDictionary(p => p.Key, p => p.Value.clone());
                    Assert.Equal(i == 0, saved.ContainsKey("touched.t"));
                    var old = tables[i];
                    tables[i] = new Parameter("t", old.Value.detach().clone(), sparseRows: i == 0);
                    dispose.Add(tables[i]);
                    optimizers[i].Dispose();
                    optimizers[i] = Make(maker, tables[i], decay);
                    optimizers[i].LoadState(key => saved.GetValueOrDefault(key), 9);
                }
            }

            for (int pass = 0; pass < 2; pass++)
            {
                var ids = tensor(TestTensors.Ids((2 * step) + pass, 40, Math.Min(rows, 20 + (100 * step))));
                var gathered = RowGather.Apply(tables[0], ids);
                (gathered * gathered * TestTensors.Random(step, 40, width)).sum().backward();
            }

            var dense = zeros(rows, width);
            tables[0].Rows!.AddTo(dense);
            tables[1].Value.grad = dense;
            foreach (var table in tables)
            {
                if (tied && step is 3 or 12)
                {
                    (table.Value * TestTensors.Random(step, rows, width)).sum().backward();
                }
            }

            double[] norms = [.. optimizers.Select(optimizer => optimizer.Step(0.05, clip: 0.5, gradientScale: 0.7))];
            Assert.Equal(norms[1], norms[0]);
            Assert.Equal(TestTensors.Bits(tables[1].Value), TestTensors.Bits(tables[0].Value));
        }

        Assert.Contains((byte)1, tables[0].Rows!.EverTouched.ToArray());
        if (!tied && rows > 1000)
        {
            Assert.Contains((byte)0, tables[0].Rows!.EverTouched.ToArray());
        }

        optimizers[0].Dispose();
        optimizers[1].Dispose();
    }

    [Fact]
    public void The_result_does_not_depend_on_the_number_of_threads()
    {
        int before = get_num_threads();
        try
        {
            var results = new[] { 1, 2, 3 }.Select(threads =>
            {
                using var scope = NewDisposeScope();
                set_num_threads(threads);
                using var table = new Parameter("t", TestTensors.Random(1, 3000, 200), sparseRows: true);
                using var weight = new Parameter("w", TestTensors.Random(2, 700, 300));
                using var optimizer = new AdamW([new ParameterGroup { Parameters = [table, weight] }]);
                var gradient = TestTensors.Random(3, 500, 200);
                var dense = TestTensors.Random(4, 700, 300);
                for (int step = 0; step < 3; step++)
                {
                    table.Rows!.Accumulate(TestTensors.Ids(step, 500, 3000), gradient);
                    weight.Value.grad = dense.clone();
                    optimizer.Step(0.01, 1);
                }

                return TestTensors.Bits(table.Value).Concat(TestTensors.Bits(weight.Value)).ToArray();
            }).ToArray();
            Assert.Equal(results[0], results[1]);
            Assert.Equal(results[0], results[2]);
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Live_tensors_and_memory_stay_flat_over_two_hundred_steps(bool fused)
    {
        using var table = new Parameter("t", TestTensors.Random(1, 2000, 64), sparseRows: true);
        using var weight = new Parameter("w", TestTensors.Random(2, 64, 64));
        using var optimizer = new AdamW([new ParameterGroup { Parameters = [table, weight], WeightDecay = 0 }], fused: fused);
        long live = 0;
        long memory = 0;
        for (int step = 0; step < 220; step++)
        {
            using (NewDisposeScope())
            {
                var rows = RowGather.Apply(table, tensor(TestTensors.Ids(step, 64, 2000)));
                rows.matmul(weight.Value).pow(2).sum().backward();
                optimizer.Step(1e-3, 1);
            }

            if (step == 19)
            {
                memory = Settled();
                live = Tensor.TotalCount;
            }
        }

        Assert.InRange(Settled() - memory, long.MinValue, 2 << 20);
        Assert.Equal(live, Tensor.TotalCount);
    }

    [Fact]
    public void Rows_that_no_batch_touched_have_moments_of_zero_in_memory_that_was_used_before()
    {
        const int Rows = 3000, Width = 64;
        for (int attempt = 0; attempt < 8; attempt++)
        {
            using var table = new Parameter("t", TestTensors.Random(1, Rows, Width), sparseRows: true);

            // The allocator hands out what was just given back.
            Tensor[] used = [.. Enumerable.Range(0, 4).Select(_ => full([Rows, Width], 7f))];
            Array.ForEach(used, tensor => tensor.Dispose());
            using var optimizer = new AdamW([new ParameterGroup { Parameters = [table] }]);
            using DisposeScope scope = NewDisposeScope();
            RowGather.Apply(table, tensor(new long[] { 5, 2999 })).sum().backward();
            optimizer.Step(1e-3, 0);
            foreach (string moment in new[] { "exp_avg.t", "exp_avg_sq.t" })
            {
                Tensor state = optimizer.State.Single(pair => pair.Key == moment).Value;
                Assert.Equal(2 * Width, state.count_nonzero().item<long>());
            }
        }
    }

    private static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static Optimizer Make(int maker, Parameter table, double decay) => Makers[maker]([new ParameterGroup { Parameters = [table], WeightDecay = decay }]);

    private sealed class Disposables(List<IDisposable> items) : IDisposable
    {
        public void Add(IDisposable item) => items.Add(item);

        public void Dispose() => items.ForEach(i => i.Dispose());
    }
}
