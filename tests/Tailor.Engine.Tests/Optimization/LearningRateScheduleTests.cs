namespace Tailor.Engine.Tests;

public sealed class LearningRateScheduleTests
{
    [Theory]
    [InlineData("linear_warmup4_total40", ScheduleKind.Linear, 4)]
    [InlineData("linear_warmup0_total40", ScheduleKind.Linear, 0)]
    [InlineData("cosine_warmup4_total40", ScheduleKind.Cosine, 4)]
    [InlineData("torch_cosine_annealing_tmax40", ScheduleKind.Cosine, 0)]
    [InlineData("constant_warmup4", ScheduleKind.Constant, 4)]
    [InlineData("polynomial2_warmup4_total40_end0.1", ScheduleKind.Polynomial, 4, 2.0, 0.1)]
    [InlineData("cosine_restarts3_warmup4_total40", ScheduleKind.CosineRestarts, 4, 1.0, 0.0, 3)]
    public void Every_step_has_the_reference_factor(string golden, ScheduleKind kind, long warmup, double power = 1, double end = 0, int cycles = 1)
    {
        double[] expected = OptimizerGoldens.Schedule(golden);
        Assert.Equal(40, expected.Length);
        for (int step = 0; step < expected.Length; step++)
        {
            Assert.Equal(expected[step], LearningRateSchedule.Factor(kind, step, 40, warmup, power, end, cycles), 12);
        }
    }

    [Theory]
    [InlineData(ScheduleKind.Linear)]
    [InlineData(ScheduleKind.Cosine)]
    [InlineData(ScheduleKind.CosineRestarts)]
    [InlineData(ScheduleKind.Polynomial)]
    public void Past_the_last_step_the_factor_stays_at_its_end(ScheduleKind kind)
    {
        Assert.Equal(0.25, LearningRateSchedule.Factor(kind, 40, 40, 4, endFactor: 0.25), 12);
        Assert.Equal(0.25, LearningRateSchedule.Factor(kind, 70, 40, 4, endFactor: 0.25), 12);
    }

    [Fact]
    public void A_run_shorter_than_its_warm_up_and_a_run_of_no_steps_have_finite_factors()
    {
        Assert.Equal(0.5, LearningRateSchedule.Factor(ScheduleKind.Linear, 5, 8, 10));
        Assert.Equal(1.0, LearningRateSchedule.Factor(ScheduleKind.Linear, 0, 0, 0));
    }

    [Fact]
    public void Values_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.Factor(ScheduleKind.Linear, -1, 10, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.Factor(ScheduleKind.CosineRestarts, 0, 10, 0, cycles: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.Factor((ScheduleKind)99, 0, 10, 0));
    }
}
