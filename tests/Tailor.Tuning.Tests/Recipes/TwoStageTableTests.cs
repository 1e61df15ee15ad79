using Tailor.Data;

namespace Tailor.Tuning.Tests;

/// <summary>The table of imbalanced SST-2 sets of two-stage fine-tuning (arXiv 2207.10858): sizes, steps, class weights and margins, from label lists with GLUE's counts.</summary>
public class TwoStageTableTests
{
    private const int Positives = 37_569, Negatives = 29_780;

    [Theory]
    [InlineData(.1, 3756, 41325, 2583, 1.5144, .4856, .2812)]
    [InlineData(.2, 7513, 45082, 2818, 1.2979, .7021, .3344)]
    [InlineData(.3, 11270, 48839, 3053, 1.1819, .8181, .3700)]
    [InlineData(.4, 15027, 52596, 3288, 1.1135, .8865, .3976)]
    [InlineData(.5, 18784, 56353, 3523, 1.0710, .9290, .4204)]
    [InlineData(.6, 22541, 60110, 3757, 1.0436, .9564, .4401)]
    [InlineData(.7, 26298, 63867, 3992, 1.0256, .9744, .4573)]
    public void The_set_of_a_rate_has_the_published_figures(double rate, int negatives, int size, int steps, double weightOfNegative, double weightOfPositive, double marginOfPositive)
    {
        int[] labels = [.. Enumerable.Repeat(0, Negatives), .. Enumerable.Repeat(1, Positives)];
        int[] kept = LongTailSampler.Pick(labels, LongTailProfile.TwoClass(Positives, rate), seed: 42);
        int[] counts = [kept.Count(i => labels[i] == 0), kept.Count(i => labels[i] == 1)];
        Assert.Equal([negatives, Positives], counts);
        Assert.Equal(size, kept.Length);
        StageRecipe stage = RecipeCatalogue.Load("two-stage").Stages[0];
        Assert.Equal(steps, new StageSchedule(stage, 0, new int[kept.Length], 1).TotalSteps);
        float[] weights = ClassWeighting.EffectiveNumber(counts, stage.Loss.Beta);
        Assert.Equal(weightOfNegative, weights[0], 4);
        Assert.Equal(weightOfPositive, weights[1], 4);
        double[] margins = LdamLoss.Margins(counts, stage.Loss.MaxMargin);
        Assert.Equal(.5, margins[0]);
        Assert.Equal(marginOfPositive, margins[1], 4);
    }
}
