using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Tailor.Evaluation.Tests;

public class GroupingsTests
{
    [Fact]
    public void The_class_that_crosses_glees_threshold_is_tail()
    {
        // Shares 0.4, 0.3, 0.2, 0.1: the running sums are 0.4, 0.7, 0.9, 1.
        int[] gold = [2, 2, 2, 2, 0, 0, 0, 3, 3, 1];
        Grouping grouping = Groupings.GleeHeadTail(gold, 5, 0.65);
        Assert.Equal([2], grouping.Groups[0].Classes);
        Assert.Equal([0, 3, 1], grouping.Groups[1].Classes);
        Assert.Contains("0.65", grouping.Thresholds, StringComparison.Ordinal);
    }

    [Fact]
    public void A_running_share_equal_to_the_threshold_is_tail() => Assert.Equal([0], Groupings.GleeHeadTail([0, 1], 2, 0.5).Groups[1].Classes.Take(1));

    [Fact]
    public void Among_equally_frequent_classes_the_smaller_id_comes_first() => Assert.Equal([0, 1], Groupings.GleeHeadTail([3, 2, 1, 0], 4, 0.55).Groups[0].Classes);

    [Fact]
    public void Where_scored_classes_are_equally_frequent_training_orders_them()
    {
        int[] balanced = [3, 2, 1, 0], not = [3, 2, 1, 0, 0];
        Grouping grouping = Groupings.GleeHeadTail(balanced, 5, 0.55, [1, 9, 4, 9, 100]);
        Assert.Equal([1, 3], grouping.Groups[0].Classes);
        Assert.Equal([2, 0], grouping.Groups[1].Classes);
        Assert.Contains("in training", grouping.Thresholds, StringComparison.Ordinal);
        Assert.Equal([0, 1], Groupings.GleeHeadTail(not, 5, 0.7, [1, 9, 4, 20, 100]).Groups[0].Classes);
        Assert.Equal([1, 3], EvaluationReport.Of(["a", "b", "c", "d", "e"], balanced, balanced, [], [1, 9, 4, 9, 100]).Groupings[0].Groups[0].Classes);
    }

    [Fact]
    public void An_empty_head_scores_null_and_not_nan()
    {
        int[] gold = [0, 0, 0, 1];
        EvaluationReport report = EvaluationReport.Of(["a", "b"], gold, gold, [], []);
        Assert.Equal(new GroupScore("head", 0, 0, null, null), report.Group("head"));
        Assert.Equal(new GroupScore("tail", 2, 4, 1, 1, 1), report.Group("tail"));
        Assert.Null(Metric.Of("head_f1", report));
    }

    [Fact]
    public void Many_medium_and_few_have_the_published_bounds()
    {
        Grouping grouping = Groupings.ManyMediumFew([101, 100, 20, 19, 0]);
        Assert.Equal([0], grouping.Groups[0].Classes);
        Assert.Equal([1, 2], grouping.Groups[1].Classes);
        Assert.Equal([3, 4], grouping.Groups[2].Classes);
        Assert.Throws<ArgumentOutOfRangeException>(() => Groupings.ManyMediumFew([1], manyAbove: 10, fewBelow: 12));
    }

    [Fact]
    public void The_published_bounds_of_lpt_call_twenty_few()
    {
        Grouping grouping = Groupings.ManyMediumFew([101, 100, 21, 20, 19], ShotBounds.Lpt);
        Assert.Equal([0], grouping.Groups[0].Classes);
        Assert.Equal([1, 2], grouping.Groups[1].Classes);
        Assert.Equal([3, 4], grouping.Groups[2].Classes);
        Assert.Equal(Groupings.ManyMediumFew([101, 100, 20, 19]).Groups.SelectMany(group => group.Classes), Groupings.ManyMediumFew([101, 100, 20, 19], ShotBounds.Oltr).Groups.SelectMany(group => group.Classes));
        Assert.NotEqual(grouping.Source, Groupings.ManyMediumFew([1], ShotBounds.Oltr).Source);
        Assert.All(ShotBoundsName.All, name => Assert.Equal(name, ShotBoundsName.Of(ShotBoundsName.Parse(name))));
        Assert.Equal(ShotBounds.Oltr, ShotBoundsName.Parse(null));
        Assert.Throws<FormatException>(() => ShotBoundsName.Parse("ours"));
    }

    [Fact]
    public void A_group_averages_over_its_classes_that_stand_in_gold()
    {
        // Class 0 is right 1 of 2, class 1 is right, class 2 is only predicted.
        ClassificationScores scores = ClassificationScores.Of([0, 0, 1], [0, 2, 1], 3);
        GroupScore score = GroupScore.Of(new ClassGroup("all", [0, 1, 2]), scores);
        Assert.Equal(2, score.Classes);
        Assert.Equal(3, score.Support);
        Assert.Equal(0.75, score.Recall!.Value, 1e-15);
        Assert.Equal((2.0 / 3 + 1) / 2, score.F1!.Value, 1e-15);
    }

    [Property]
    public Property Every_class_in_gold_is_head_or_tail_and_no_tail_class_is_more_frequent_than_a_head_class() => Prop.ForAll(
        Gen.Choose(0, 7).NonEmptyListOf().Select(labels => labels.ToArray()).ToArbitrary(),
        Gen.Choose(0, 100).Select(percent => percent / 100.0).ToArbitrary(),
        (gold, rho) =>
        {
            Grouping grouping = Groupings.GleeHeadTail(gold, 8, rho);
            IReadOnlyList<int> head = grouping.Groups[0].Classes;
            IReadOnlyList<int> tail = grouping.Groups[1].Classes;
            int Count(int c) => gold.Count(label => label == c);
            return head.Concat(tail).Order().SequenceEqual(gold.Distinct().Order())
                && (head.Count == 0 || tail.Count == 0 || head.Min(Count) >= tail.Max(Count))
                && head.Sum(Count) <= rho * gold.Length;
        });
}
