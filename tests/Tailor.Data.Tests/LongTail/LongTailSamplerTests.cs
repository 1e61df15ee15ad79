using FsCheck;
using FsCheck.Xunit;
using Tailor.Foundation;

namespace Tailor.Data.Tests;

public sealed class LongTailSamplerTests
{
    private static readonly int[] Balanced = [.. Enumerable.Range(0, 200).Select(i => i * 7 % 4)];

    [Property]
    public void A_sample_has_the_profile_and_no_row_twice(long seed, PositiveInt ratio)
    {
        var profile = LongTailProfile.Exponential(50, 1 + (ratio.Get % 50), 4);
        int[] picked = LongTailSampler.Pick(Balanced, profile, seed);
        Assert.Equal(picked.Distinct().Order(), picked);
        Assert.Equal(profile.Counts, Enumerable.Range(0, 4).Select(c => picked.Count(i => Balanced[i] == c)));
        Assert.Equal(picked, LongTailSampler.Pick(Balanced, profile, seed));
    }

    [Property]
    public void A_smaller_profile_picks_a_subset(long seed)
    {
        int[] larger = LongTailSampler.Pick(Balanced, LongTailProfile.Exponential(50, 5, 4), seed);
        int[] smaller = LongTailSampler.Pick(Balanced, LongTailProfile.Exponential(40, 20, 4), seed);
        Assert.Subset(larger.ToHashSet(), smaller.ToHashSet());
    }

    [Fact]
    public void Another_seed_picks_other_rows()
    {
        var profile = LongTailProfile.Step(20, 4, 4);
        Assert.NotEqual(LongTailSampler.Pick(Balanced, profile, 1), LongTailSampler.Pick(Balanced, profile, 2));
    }

    [Fact]
    public void Examples_keep_their_order()
    {
        TextExample[] rows = [.. Enumerable.Range(0, 60).Select(i => new TextExample($"t{i}", null, i % 2 == 0 ? "a" : "b", i))];
        IReadOnlyList<TextExample> sample = LongTailSampler.Sample(rows, LabelSet.FromExamples(rows), LongTailProfile.TwoClass(30, 0.2, sampledClass: 1), 3);
        Assert.Equal((30, 6), (sample.Count(r => r.Label == "a"), sample.Count(r => r.Label == "b")));
        Assert.Equal(sample.OrderBy(r => r.Line), sample);
    }

    [Theory]
    [InlineData(.1, 3756, 41_325)]
    [InlineData(.2, 7513, 45_082)]
    [InlineData(.3, 11_270, 48_839)]
    [InlineData(.4, 15_027, 52_596)]
    [InlineData(.5, 18_784, 56_353)]
    [InlineData(.6, 22_541, 60_110)]
    [InlineData(.7, 26_298, 63_867)]
    public void Sst2_becomes_the_published_imbalanced_sets(double rate, int negatives, int size)
    {
        // The dev rows here are rows of GLUE's train file, so both together have its counts.
        string folder = SharedData.Folder("sst2");
        TextExample[] rows = [.. new[] { "train.tsv", "dev.tsv" }.SelectMany(name => TextTable.Read(Path.Combine(folder, name), new TableOptions()))];
        var labels = new LabelSet(["negative", "positive"]);
        int positives = rows.Count(r => r.Label == "positive");
        Assert.Equal((37_569, 29_780), (positives, rows.Length - positives));
        IReadOnlyList<TextExample> kept = LongTailSampler.Sample(rows, labels, LongTailProfile.TwoClass(positives, rate), 42);
        Assert.Equal((negatives, size), (kept.Count(r => r.Label == "negative"), kept.Count));
    }

    [Fact]
    public void Too_few_rows_and_another_number_of_classes_are_said()
    {
        Assert.Equal(
            "class 0: the step (largest class 60, ratio 2, 4 classes) profile asks for 60 rows and there are 50; lower the largest class's count",
            Assert.Throws<InputException>(() => LongTailSampler.Pick(Balanced, LongTailProfile.Step(60, 2, 4), 1)).Message);
        Assert.Contains(
            "profile is for 2 classes and the data have 1",
            Assert.Throws<InputException>(() => LongTailSampler.Sample([new("a", null, "x", 1)], new LabelSet(["x"]), LongTailProfile.TwoClass(1, 1), 1)).Message,
            StringComparison.Ordinal);
    }
}
