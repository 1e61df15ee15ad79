namespace Tailor.Tuning.Tests;

public class BatchPlanTests
{
    private static readonly int[] Lengths = Enumerable.Range(0, 103).Select(i => 3 + (i * 7 % 50)).ToArray();

    /// <summary>Four classes, one of them with a single example.</summary>
    private static readonly int[] ClassIds = Enumerable.Range(0, 103).Select(i => i == 50 ? 3 : i % 10 < 7 ? 0 : i % 10 < 9 ? 1 : 2).ToArray();

    [Theory]
    [InlineData(8, null)]
    [InlineData(8, 100)]
    [InlineData(103, 3)]
    public void Every_example_is_visited_once_an_epoch(int batchSize, int? tokens)
    {
        int[][] batches = [.. BatchPlan.Epoch(new RandomSampler(Lengths.Length), new EpochPlace(1, 0, 0, 1), Lengths, batchSize, tokens).Select(b => b.Examples)];
        Assert.Equal(Enumerable.Range(0, Lengths.Length), batches.SelectMany(b => b).Order());
        if (tokens is { } budget)
        {
            Assert.All(batches, b => Assert.True(b.Length == 1 || b.Sum(i => Lengths[i]) <= budget));
        }
    }

    [Fact]
    public void The_order_depends_on_seed_stage_and_epoch_alone()
    {
        int[] Order(long seed, int stage, long epoch) => new RandomSampler(Lengths.Length).Draw(new EpochPlace(seed, stage, epoch, 9));
        Assert.Equal(Order(1, 0, 0), Order(1, 0, 0));
        Assert.NotEqual(Order(1, 0, 0), Order(2, 0, 0));
        Assert.NotEqual(Order(1, 0, 0), Order(1, 1, 0));
        Assert.NotEqual(Order(1, 0, 0), Order(1, 0, 1));
    }

    public static TheoryData<SamplerKind, int?> Samplers
    {
        get
        {
            var data = new TheoryData<SamplerKind, int?>();
            foreach (SamplerKind kind in Enum.GetValues<SamplerKind>())
            {
                data.Add(kind, null);
                if (kind != SamplerKind.Dual)
                {
                    data.Add(kind, 90);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Samplers))]
    public void A_step_can_be_found_without_taking_the_ones_before_it(SamplerKind sampler, int? tokens)
    {
        StageRecipe stage = new()
        {
            Epochs = 3.5,
            BatchSize = 8,
            TokensPerBatch = tokens,
            Accumulate = 2,
            Sampler = sampler,
            RepeatThreshold = 0.3,
            Loss = new LossRecipe { ClassWeights = ClassWeights.Balanced, WeightsFrom = 0.5 },
        };
        var walked = new StageSchedule(stage, 0, Lengths, 4, ClassIds);
        for (long step = 0; step < walked.TotalSteps; step++)
        {
            IReadOnlyList<TrainingBatch> batches = walked.MicroBatches(step);
            Assert.NotEmpty(batches);
            if (step % 5 == 0 || step == walked.TotalSteps - 1)
            {
                Assert.Equal(batches.Select(Text), new StageSchedule(stage, 0, Lengths, 4, ClassIds).MicroBatches(step).Select(Text));
            }
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(90)]
    public void The_steps_of_an_epoch_visit_each_example_once(int? tokens)
    {
        StageRecipe stage = new() { Epochs = 2, BatchSize = 8, TokensPerBatch = tokens, Accumulate = 2 };
        var schedule = new StageSchedule(stage, 0, Lengths, 4);
        Assert.Equal(Enumerable.Range(0, Lengths.Length), Enumerable.Range(0, (int)schedule.StepsInFirstEpoch).SelectMany(s => schedule.MicroBatches(s)).SelectMany(b => b.Examples).Order());
    }

    [Fact]
    public void The_steps_of_repeated_epochs_are_all_of_them()
    {
        StageRecipe stage = new() { Epochs = 3, BatchSize = 8, Sampler = SamplerKind.RepeatFactor, RepeatThreshold = 0.9 };
        var schedule = new StageSchedule(stage, 2, Lengths, 4, ClassIds);
        Sampler sampler = Sampler.Create(stage, Lengths.Length, ClassIds);
        int[] drawn = [.. Enumerable.Range(0, 3).SelectMany(epoch => sampler.Draw(new EpochPlace(4, 2, epoch, 3)))];
        Assert.True(drawn.Length > 3 * Lengths.Length);
        Assert.Equal(drawn, Enumerable.Range(0, (int)schedule.TotalSteps).SelectMany(s => schedule.MicroBatches(s)).SelectMany(b => b.Examples));
    }

    [Theory]
    [InlineData(10.0, null, 0.8, 8.0)]
    [InlineData(3.0, null, 0.8, 2.0)]
    [InlineData(3.0, null, 0.01, 1.0)]
    [InlineData(2.5, null, 0.99, 2.0)]
    [InlineData(null, 26, 0.5, 1.0)]
    public void Deferred_class_weights_come_in_at_the_nearest_epoch_boundary(double? epochs, int? steps, double from, double expectedEpoch)
    {
        StageRecipe stage = new() { Epochs = epochs, Steps = steps, BatchSize = 8, Loss = new LossRecipe { ClassWeights = ClassWeights.Balanced, WeightsFrom = from } };
        var schedule = new StageSchedule(stage, 0, Lengths, 4);
        bool[] weighted = [.. Enumerable.Range(0, (int)schedule.TotalSteps).Select(s => schedule.MicroBatches(s).Single().ClassWeighted)];
        Assert.Equal(expectedEpoch * schedule.StepsInFirstEpoch, Array.IndexOf(weighted, true));
        Assert.Equal(1, weighted.Zip(weighted.Skip(1)).Count(pair => pair.First != pair.Second));
    }

    [Fact]
    public void In_a_single_epoch_they_come_in_at_the_step_and_undeferred_ones_are_always_there()
    {
        StageRecipe stage = new() { Steps = 10, BatchSize = 8, Loss = new LossRecipe { ClassWeights = ClassWeights.Balanced, WeightsFrom = 0.75 } };
        bool[] Weighted(StageRecipe of)
        {
            var schedule = new StageSchedule(of, 0, Lengths, 4);
            return [.. Enumerable.Range(0, 10).Select(s => schedule.MicroBatches(s).Single().ClassWeighted)];
        }

        Assert.Equal(8, Array.IndexOf(Weighted(stage), true));
        Assert.All(Weighted(stage with { Loss = new LossRecipe { ClassWeights = ClassWeights.Balanced } }), Assert.True);
    }

    [Fact]
    public void Warm_up_starts_at_zero_and_the_linear_schedule_ends_there()
    {
        var schedule = new StageSchedule(new StageRecipe { Steps = 100, Lr = 2, Warmup = 0.1, Loss = new LossRecipe() }, 0, Lengths, 1);
        Assert.Equal(0, schedule.LearningRate(0));
        Assert.Equal(2, schedule.LearningRate(10), 1e-12);
        Assert.Equal(2.0 / 90, schedule.LearningRate(99), 1e-12);
    }

    private static string Text(TrainingBatch batch) => $"{string.Join(' ', batch.Examples)} / {batch.Companions} / {batch.CompanionWeight} / {batch.ClassWeighted}";
}
