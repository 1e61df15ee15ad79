using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine.Tests;

public sealed class OptimizerTests
{
    private static readonly Dictionary<string, (double Rate, double Clip, double Decay, Func<IReadOnlyList<ParameterGroup>, bool, Optimizer> Make)> Cases = new()
    {
        ["adamw"] = (0.01, 0, 0.01, (groups, fused) => new AdamW(groups, fused: fused)),
        ["adamw_clip"] = (0.05, 1, 0, (groups, fused) => new AdamW(groups, 0.9, 0.98, 1e-6, fused: fused)),
        ["adam_l2"] = (0.01, 0, 0.1, (groups, fused) => new AdamW(groups, decoupled: false, fused: fused)),
        ["sgd"] = (0.01, 0, 0, (groups, fused) => new Sgd(groups, fused: fused)),
        ["sgd_momentum"] = (0.01, 0, 0.01, (groups, fused) => new Sgd(groups, 0.9, fused: fused)),
        ["sgd_nesterov"] = (0.01, 0, 0, (groups, fused) => new Sgd(groups, 0.9, nesterov: true, fused: fused)),
    };

    public static TheoryData<string, bool> CasesOnBothPaths()
    {
        var data = new TheoryData<string, bool>();
        foreach (string name in Cases.Keys)
        {
            data.Add(name, true);
            data.Add(name, false);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(CasesOnBothPaths))]
    public void The_path_is_that_of_PyTorch(string name, bool fused)
    {
        using var scope = NewDisposeScope();
        var (rate, clip, decay, make) = Cases[name];
        float[][] start = OptimizerGoldens.Start;
        using var first = new Parameter("first", tensor(start[0]).reshape(4, 3));
        using var second = new Parameter("second", tensor(start[1]));
        Tensor[] targets = [tensor(OptimizerGoldens.Targets[0]).reshape(4, 3), tensor(OptimizerGoldens.Targets[1])];
        using var optimizer = make([new ParameterGroup { Parameters = [first, second], WeightDecay = decay }], fused);
        int step = 0;
        foreach (var expected in OptimizerGoldens.Path(name).EnumerateArray())
        {
            var loss = Loss(first.Value, targets[0], step) + Loss(second.Value, targets[1], step);
            Close(expected.GetProperty("loss").GetSingle(), loss.item<float>(), 1e-5);
            loss.backward();
            double norm = optimizer.Step(rate, clip);
            if (clip > 0)
            {
                Close(expected.GetProperty("grad_norm").GetSingle(), norm, 1e-5);
            }

            float[][] values = OptimizerGoldens.Arrays(expected.GetProperty("params"));
            Close(values[0], first.Value);
            Close(values[1], second.Value);
            step++;
        }

        Assert.Equal(12, step);
        Assert.Equal(12, optimizer.StepCount);
    }

    [Theory]
    [MemberData(nameof(CasesOnBothPaths))]
    public void Saved_state_continues_bit_for_bit(string name, bool fused)
    {
        using var scope = NewDisposeScope();
        var (rate, _, decay, make) = Cases[name];
        using var straight = new Parameter("w", TestTensors.Random(1, 7, 37));
        using var resumed = new Parameter("w", straight.Value.detach().clone());
        using var whole = make([new ParameterGroup { Parameters = [straight], WeightDecay = decay }], fused);
        var part = make([new ParameterGroup { Parameters = [resumed], WeightDecay = decay }], fused);
        for (int step = 0; step < 8; step++)
        {
            if (step == 4)
            {
                var saved = part.State.ToDictionary(p => p.Key, p => p.Value.clone());
                long count = part.StepCount;
                part.Dispose();
                part = make([new ParameterGroup { Parameters = [resumed], WeightDecay = decay }], fused);
                part.LoadState(key => saved.GetValueOrDefault(key), count);
                Assert.Equal(4, part.StepCount);
            }

            Loss(straight.Value, TestTensors.Random(2, 7, 37), step).backward();
            Loss(resumed.Value, TestTensors.Random(2, 7, 37), step).backward();
            whole.Step(rate, 1);
            part.Step(rate, 1);
        }

        part.Dispose();
        Assert.Equal(TestTensors.Bits(straight.Value), TestTensors.Bits(resumed.Value));
    }

    [Fact]
    public void Moments_are_named_as_documented()
    {
        using var scope = NewDisposeScope();
        using var table = new Parameter("table", TestTensors.Random(1, 5, 4), sparseRows: true);
        using var idle = new Parameter("idle", TestTensors.Random(1, 3));
        using var optimizer = new AdamW([new ParameterGroup { Parameters = [table, idle] }]);
        Assert.Empty(optimizer.State);
        RowGather.Apply(table, tensor(new long[] { 3, 1 })).sum().backward();
        optimizer.Step(0.1, 0);
        var state = optimizer.State.ToDictionary(p => p.Key, p => p.Value);
        Assert.Equal(["exp_avg.table", "exp_avg_sq.table", "step.table", "touched.table"], state.Keys);
        Assert.Equal(1, state["step.table"].item<long>());
        Assert.Equal(new byte[] { 0, 1, 0, 1, 0 }, state["touched.table"].data<byte>().ToArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_parameter_without_a_gradient_keeps_value_and_moments(bool fused)
    {
        using var scope = NewDisposeScope();
        using var used = new Parameter("used", TestTensors.Random(1, 3));
        using var skipped = new Parameter("skipped", TestTensors.Random(2, 3));
        using var frozen = new Parameter("frozen", TestTensors.Random(3, 3)) { Trainable = false };
        using var optimizer = new AdamW([new ParameterGroup { Parameters = [used, skipped, frozen], WeightDecay = 0.1 }], fused: fused);
        (used.Value.sum() + skipped.Value.sum()).backward();
        optimizer.Step(0.1, 0);
        int[] value = TestTensors.Bits(skipped.Value);
        int[] still = TestTensors.Bits(frozen.Value);
        (used.Value * frozen.Value).sum().backward();
        optimizer.Step(0.1, 0);
        Assert.Equal(value, TestTensors.Bits(skipped.Value));
        Assert.Equal(still, TestTensors.Bits(frozen.Value));
        var steps = optimizer.State.Where(p => p.Key.StartsWith("step.", StringComparison.Ordinal)).ToDictionary(p => p.Key, p => p.Value.item<long>());
        Assert.Equal(new() { ["step.used"] = 2, ["step.skipped"] = 1 }, steps);
    }

    [Theory]
    [InlineData(true, float.NaN)]
    [InlineData(true, float.PositiveInfinity)]
    [InlineData(false, float.NaN)]
    [InlineData(false, float.NegativeInfinity)]
    public void A_gradient_that_is_not_finite_changes_nothing_and_is_dropped(bool fused, float bad)
    {
        using var scope = NewDisposeScope();
        using var weight = new Parameter("w", TestTensors.Random(1, 20));
        using var optimizer = new AdamW([new ParameterGroup { Parameters = [weight], WeightDecay = 0.1 }], fused: fused);
        int[] before = TestTensors.Bits(weight.Value);
        (weight.Value * tensor(Enumerable.Range(0, 20).Select(i => i == 19 ? bad : 1f).ToArray())).sum().backward();
        Assert.False(double.IsFinite(optimizer.Step(0.1, 1)));
        Assert.Equal(before, TestTensors.Bits(weight.Value));
        Assert.Equal(0, optimizer.StepCount);
        Assert.Empty(optimizer.State);
        Assert.Null(weight.Value.grad);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Groups_scale_the_rate_and_gradients_from_two_backward_passes_add_up(bool fused)
    {
        using var scope = NewDisposeScope();
        using var slow = new Parameter("slow", zeros(10));
        using var fast = new Parameter("fast", zeros(10));
        using var optimizer = new Sgd([new ParameterGroup { Parameters = [slow] }, new ParameterGroup { Parameters = [fast], LearningRateScale = 10 }], fused: fused);
        for (int pass = 0; pass < 2; pass++)
        {
            (slow.Value.sum() + fast.Value.sum()).backward();
        }

        double norm = optimizer.Step(0.5, 0, gradientScale: 0.25);
        Assert.Equal(0.5 * Math.Sqrt(20), norm, 6);
        Assert.Equal(Enumerable.Repeat(-0.25f, 10), slow.Value.data<float>().ToArray());
        Assert.Equal(Enumerable.Repeat(-2.5f, 10), fast.Value.data<float>().ToArray());
    }

    [Fact]
    public void A_gradient_in_another_memory_order_is_read_in_the_right_order()
    {
        using var scope = NewDisposeScope();
        using var weight = new Parameter("w", zeros(3, 5));
        using var optimizer = new Sgd([new ParameterGroup { Parameters = [weight] }]);
        var factor = TestTensors.Random(4, 5, 3);
        (weight.Value.t() * factor).sum().backward();
        optimizer.Step(1, 0);
        Assert.Equal(TestTensors.Bits(-factor.t().contiguous()), TestTensors.Bits(weight.Value));
    }

    [Fact]
    public void Both_paths_agree_on_long_tensors_with_clipping()
    {
        using var scope = NewDisposeScope();
        var values = new List<Parameter>();
        double[] norms = new double[2];
        foreach (bool fused in new[] { true, false })
        {
            var weight = new Parameter("w", TestTensors.Random(5, 300, 257));
            using var optimizer = new AdamW([new ParameterGroup { Parameters = [weight], WeightDecay = 0.01 }], fused: fused);
            for (int step = 0; step < 5; step++)
            {
                Loss(weight.Value, TestTensors.Random(6, 300, 257), step).backward();
                norms[fused ? 0 : 1] = optimizer.Step(1e-2, 1);
            }

            values.Add(weight);
        }

        Close(norms[0], norms[1], 1e-5);
        Close(values[0].Value.data<float>().ToArray(), values[1].Value);
        values.ForEach(v => v.Dispose());
    }

    [Fact]
    public void State_of_another_model_or_optimizer_is_refused_by_name()
    {
        using var scope = NewDisposeScope();
        using var weight = new Parameter("w", zeros(3, 5));
        using var optimizer = new AdamW([new ParameterGroup { Parameters = [weight] }]);
        var state = new Dictionary<string, Tensor> { ["step.w"] = ones(1, ScalarType.Int64), ["momentum.w"] = zeros(3, 5) };
        Assert.Contains("'exp_avg.w'", Assert.Throws<InputException>(() => optimizer.LoadState(state.GetValueOrDefault, 1)).Message, StringComparison.Ordinal);
        state["exp_avg.w"] = zeros(5, 3);
        Assert.Contains("[5, 3]; expected Float32 [3, 5]", Assert.Throws<InputException>(() => optimizer.LoadState(state.GetValueOrDefault, 1)).Message, StringComparison.Ordinal);
        state["step.w"] = zeros(1, ScalarType.Int64);
        Assert.Contains("'step.w'", Assert.Throws<InputException>(() => optimizer.LoadState(state.GetValueOrDefault, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        using var weight = new Parameter("w", zeros(3));
        ParameterGroup[] groups = [new ParameterGroup { Parameters = [weight] }];
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdamW(groups, beta1: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdamW(groups, epsilon: 0));
        Assert.Throws<ArgumentException>(() => new Sgd(groups, nesterov: true));
        Assert.Throws<ArgumentException>(() => new Sgd([groups[0], groups[0]]));
    }

    private static Tensor Loss(Tensor value, Tensor target, int step) => ((value - target).pow(2) * (1 + (0.1 * step))).sum() + (value.pow(4).sum() * 0.1);

    private static void Close(double expected, double actual, double relative) => Assert.InRange(actual, expected - (relative * Math.Abs(expected)), expected + (relative * Math.Abs(expected)));

    private static void Close(float[] expected, Tensor actual)
    {
        float[] values = actual.data<float>().ToArray();
        Assert.Equal(expected.Length, values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            Assert.InRange(values[i], expected[i] - 3e-6, expected[i] + 3e-6);
        }
    }
}
