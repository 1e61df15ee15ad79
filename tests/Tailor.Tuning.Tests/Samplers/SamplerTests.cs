namespace Tailor.Tuning.Tests;

public class SamplerTests
{
    /// <summary>Class 1 has no example, class 3 a single one.</summary>
    private static readonly int[] Counts = [600, 0, 90, 1, 9];

    private static readonly int[] ClassIds = [.. Counts.SelectMany((n, c) => Enumerable.Repeat(c, n))];

    public static TheoryData<SamplerKind> Kinds { get; } = [.. Enum.GetValues<SamplerKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_epoch_draws_examples_there_are_and_the_same_again(SamplerKind kind)
    {
        Sampler sampler = Create(kind);
        int[] order = sampler.Draw(Place(0));
        Assert.All(order, i => Assert.InRange(i, 0, ClassIds.Length - 1));
        Assert.Equal(order, Create(kind).Draw(Place(0)));
        if (kind == SamplerKind.RepeatFactor)
        {
            Assert.InRange(order.Length, ClassIds.Length + 1, 2 * ClassIds.Length);
            Assert.False(sampler.HasFixedLength);
        }
        else
        {
            Assert.Equal(ClassIds.Length, order.Length);
            Assert.True(sampler.HasFixedLength);
        }

        if (kind != SamplerKind.Sequential)
        {
            Assert.NotEqual(order, sampler.Draw(Place(1)));
            Assert.NotEqual(order, sampler.Draw(Place(0) with { Seed = 8 }));
            Assert.NotEqual(order, sampler.Draw(Place(0) with { Stage = 1 }));
        }
    }

    [Theory]
    [InlineData(SamplerKind.SquareRoot)]
    [InlineData(SamplerKind.ClassBalanced)]
    [InlineData(SamplerKind.ProgressivelyBalanced)]
    [InlineData(SamplerKind.EffectiveNumber)]
    public void The_shares_of_the_classes_are_those_of_the_formula(SamplerKind kind)
    {
        const int Epochs = 40;
        const long Epoch = 3;
        double n = ClassIds.Length, present = Counts.Count(c => c > 0);
        Func<int, double> weight = kind switch
        {
            SamplerKind.SquareRoot => c => Math.Sqrt(c),
            SamplerKind.ClassBalanced => c => 1,
            SamplerKind.ProgressivelyBalanced => c => (0.7 * c / n) + (0.3 / present),
            _ => c => c * (1 - 0.99) / (1 - Math.Pow(0.99, c)),
        };
        double[] expected = [.. Counts.Select(c => c == 0 ? 0 : weight(c))];
        double total = expected.Sum();

        // The share of epoch 3 of 10, over the draws of 40 seeds: chi-square over 3 degrees of freedom, of which one in 10,000 exceeds 21.1.
        Sampler sampler = Create(kind);
        int[] drawn = new int[Counts.Length];
        for (int seed = 0; seed < Epochs; seed++)
        {
            foreach (int i in sampler.Draw(new EpochPlace(seed, 0, Epoch, 10)))
            {
                drawn[ClassIds[i]]++;
            }
        }

        double draws = drawn.Sum();
        Assert.Equal(0, drawn[1]);
        double chiSquare = Enumerable.Range(0, Counts.Length).Where(c => Counts[c] > 0).Sum(c => Math.Pow(drawn[c] - (draws * expected[c] / total), 2) / (draws * expected[c] / total));
        Assert.InRange(chiSquare, 0, 21.1);
    }

    [Fact]
    public void Within_a_class_all_examples_are_alike()
    {
        int[] times = new int[ClassIds.Length];
        for (int seed = 0; seed < 200; seed++)
        {
            foreach (int i in Create(SamplerKind.ClassBalanced).Draw(Place(0) with { Seed = seed }))
            {
                times[i]++;
            }
        }

        // 200 x 700 / 4 / 90 = 389 draws of each example of class 2, sd 20; 89 degrees of freedom, of which one in 10,000 exceeds 145.
        double expected = 200.0 * 700 / 4 / 90;
        Assert.InRange(times[600..690].Sum(t => Math.Pow(t - expected, 2) / expected), 0, 145);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    public void A_class_aware_cycle_takes_as_many_of_each_class(int samples)
    {
        int[] order = new ClassAwareSampler(ClassIds, samples).Draw(Place(2));
        int cycle = 4 * samples;
        int[][] cycles = [.. order.Chunk(cycle).Where(chunk => chunk.Length == cycle)];
        Assert.NotEmpty(cycles);
        Assert.All(cycles, chunk => Assert.All(chunk.Select(i => ClassIds[i]).CountBy(c => c), count => Assert.Equal(samples, count.Value)));
        Assert.All(cycles, chunk => Assert.Equal([0, 2, 3, 4], chunk.Select(i => ClassIds[i]).Distinct().Order()));

        // A class's examples come one after the other in an order of their own: none of the second round before all of the first.
        int[] ofNine = [.. order.Where(i => ClassIds[i] == 4)];
        Assert.All(ofNine.Chunk(9).Where(chunk => chunk.Length == 9), chunk => Assert.Equal(9, chunk.Distinct().Count()));
        Assert.NotEqual(ofNine[..9], ofNine[9..18]);
        Assert.NotEqual(order[..cycle].Select(i => ClassIds[i]), order[cycle..(2 * cycle)].Select(i => ClassIds[i]));
    }

    [Fact]
    public void Progress_leads_from_instances_to_classes()
    {
        var sampler = new ProgressivelyBalancedSampler(ClassIds);
        double[] rare = [.. new long[] { 0, 5, 9 }.Select(epoch => Enumerable.Range(0, 20).Average(seed => sampler.Draw(new EpochPlace(seed, 0, epoch, 10)).Count(i => ClassIds[i] == 3)))];
        Assert.InRange(rare[0], 0.3, 2);
        Assert.InRange(rare[1], 80, 95);
        Assert.InRange(rare[2], 148, 168);
    }

    [Fact]
    public void Repeat_factors_are_those_of_lvis()
    {
        // f = 600/700, 90/700, 1/700, 9/700 against t = 0.1: only the last two lie below.
        double[] factors = RepeatFactorSampler.Factors(ClassIds, 0.1);
        Assert.All(factors[..690], f => Assert.Equal(1, f));
        Assert.Equal(Math.Sqrt(70), factors[690], 12);
        Assert.Equal(Math.Sqrt(70.0 / 9), factors[691], 12);
        var sampler = new RepeatFactorSampler(ClassIds, 0.1);
        int[][] epochs = [.. Enumerable.Range(0, 300).Select(epoch => sampler.Draw(Place(epoch)))];
        Assert.All(epochs, order => Assert.Equal(690, order.Count(i => i < 690)));
        Assert.All(epochs, order => Assert.InRange(order.Count(i => i == 690), 8, 9));
        Assert.Equal(Math.Sqrt(70), epochs.Average(order => order.Count(i => i == 690)), 0.1);
        Assert.Equal(9 * Math.Sqrt(70.0 / 9), epochs.Average(order => order.Count(i => i > 690)), 0.4);
    }

    [Fact]
    public void The_two_draws_of_dual_are_paired_and_the_second_fades()
    {
        var sampler = new DualSampler(ClassIds, 4, 0.5);
        Assert.Equal(new ClassAwareSampler(ClassIds, 4).Draw(Place(1)), sampler.Draw(Place(1)));
        double[] weights = [.. Enumerable.Range(0, 4).Select(epoch => sampler.Companions(new EpochPlace(7, 0, epoch, 4))!.Value.Weight)];
        Assert.Equal([0.5, 0.375, 0.25, 0.125], weights);
        Assert.Null(new DualSampler(ClassIds, 4, 0).Companions(Place(0)));

        TrainingBatch[] batches = [.. BatchPlan.Epoch(sampler, new EpochPlace(7, 0, 1, 4), new int[ClassIds.Length], 32, null)];
        Assert.Equal(22, batches.Length);
        Assert.All(batches, b => Assert.Equal((b.Examples.Length / 2, 0.375), (b.Companions, b.CompanionWeight)));
        Assert.Equal(Enumerable.Range(0, ClassIds.Length), batches.SelectMany(b => b.Examples[^b.Companions..]).Order());
        Assert.Equal(sampler.Draw(new EpochPlace(7, 0, 1, 4)), batches.SelectMany(b => b.Examples[..^b.Companions]));
    }

    [Fact]
    public void A_draw_by_class_of_examples_without_classes_is_a_fault_of_the_caller() => Assert.Throws<ArgumentException>(() => Sampler.Create(new StageRecipe { Sampler = SamplerKind.ClassAware }, 5, null));

    private static EpochPlace Place(long epoch) => new(7, 0, epoch, 10);

    private static Sampler Create(SamplerKind kind) => Sampler.Create(new StageRecipe { Sampler = kind, SamplerBeta = 0.99, RepeatThreshold = 0.1 }, ClassIds.Length, ClassIds);
}
