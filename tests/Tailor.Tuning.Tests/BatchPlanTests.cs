namespace Tailor.Tuning.Tests;

public class BatchPlanTests
{
    private static readonly int[] Lengths = Enumerable.Range(0, 103).Select(i => 3 + (i * 7 % 50)).ToArray();

    [Theory]
    [InlineData(8, null)]
    [InlineData(8, 100)]
    [InlineData(103, 3)]
    public void Every_example_is_visited_once_an_epoch(int batchSize, int? tokens)
    {
        IReadOnlyList<int[]> batches = BatchPlan.Epoch(SamplerKind.Random, Lengths, batchSize, tokens, 1, 0, 0);
        Assert.Equal(Enumerable.Range(0, Lengths.Length), batches.SelectMany(b => b).Order());
        if (tokens is { } budget)
        {
            Assert.All(batches, b => Assert.True(b.Length == 1 || b.Sum(i => Lengths[i]) <= budget));
        }
    }

    [Fact]
    public void The_order_depends_on_seed_stage_and_epoch_alone()
    {
        int[] Order(long seed, int stage, long epoch) => BatchPlan.Epoch(SamplerKind.Random, Lengths, 10, null, seed, stage, epoch).SelectMany(b => b).ToArray();
        Assert.Equal(Order(1, 0, 0), Order(1, 0, 0));
        Assert.NotEqual(Order(1, 0, 0), Order(2, 0, 0));
        Assert.NotEqual(Order(1, 0, 0), Order(1, 1, 0));
        Assert.NotEqual(Order(1, 0, 0), Order(1, 0, 1));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(90)]
    public void A_step_can_be_found_without_taking_the_ones_before_it(int? tokens)
    {
        StageRecipe stage = new() { Epochs = 3.5, BatchSize = 8, TokensPerBatch = tokens, Accumulate = 2, Loss = new LossRecipe() };
        var walked = new StageSchedule(stage, 0, Lengths, 4);
        for (long step = 0; step < walked.TotalSteps; step++)
        {
            IReadOnlyList<int[]> batches = walked.MicroBatches(step);
            Assert.NotEmpty(batches);
            if (step % 5 == 0)
            {
                Assert.Equal(batches, new StageSchedule(stage, 0, Lengths, 4).MicroBatches(step));
            }
        }

        Assert.Equal(Enumerable.Range(0, Lengths.Length), Enumerable.Range(0, (int)walked.StepsInFirstEpoch).SelectMany(s => new StageSchedule(stage, 0, Lengths, 4).MicroBatches(s)).SelectMany(b => b).Order());
    }

    [Fact]
    public void Warm_up_starts_at_zero_and_the_linear_schedule_ends_there()
    {
        var schedule = new StageSchedule(new StageRecipe { Steps = 100, Lr = 2, Warmup = 0.1, Loss = new LossRecipe() }, 0, Lengths, 1);
        Assert.Equal(0, schedule.LearningRate(0));
        Assert.Equal(2, schedule.LearningRate(10), 1e-12);
        Assert.Equal(2.0 / 90, schedule.LearningRate(99), 1e-12);
    }
}
