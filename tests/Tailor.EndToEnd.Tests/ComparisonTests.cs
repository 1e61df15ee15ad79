using System.Globalization;
using System.Text.RegularExpressions;
using CsvHelper;
using Tailor.Backbones;
using Tailor.Data;
using Tailor.Evaluation;
using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor.EndToEnd.Tests;

/// <summary>What a comparison runs, keeps, refuses and says; mostly over methods that know the answers and give so many of them wrong.</summary>
public sealed class ComparisonTests(TinyWorld world)
{
    private readonly List<string> _ran = [];

    [Fact]
    public void Shares_make_up_the_whole_and_finished_runs_are_not_run_again()
    {
        using var folder = new TemporaryFolder();
        CompareRequest request = world.Comparing(folder.In("cmp"), [1, 2, 3], [], Knows("a"), Knows("b"), Knows("once", deterministic: true));
        ComparisonResult first = Compare(request with { Shard = new Shard(1, 2) });
        int half = _ran.Count;
        Assert.InRange(half, 3, 4);
        Assert.Equal(7 - half, first.Missing.Count);
        Assert.Contains("Not finished: ", first.Sentences[0], StringComparison.Ordinal);

        ComparisonResult second = Compare(request with { Shard = new Shard(2, 2) }), whole = Compare(request);
        Assert.Equal(["a 1", "a 2", "a 3", "b 1", "b 2", "b 3", "once 0"], _ran.Order());
        Assert.Empty(whole.Missing);
        Assert.Equal(second.ToJson(), whole.ToJson());
        Assert.Equal(whole.ToJson(), Comparison.Read(folder.In("cmp")).ToJson());
    }

    [Fact]
    public void Entries_and_seeds_may_be_added_and_are_shown_with_the_others()
    {
        using var folder = new TemporaryFolder();
        Compare(world.Comparing(folder.In("cmp"), [1, 2], [], Knows("a")));
        ComparisonResult result = Compare(world.Comparing(folder.In("cmp"), [2, 3], [], Knows("b")));
        Assert.Equal(["a 1", "a 2", "b 2", "b 3"], _ran);
        Assert.Equal(["a", "b"], result.Rows.Select(row => row.Name));
        Assert.Equal([("a", 3), ("b", 1)], result.Missing);
        Assert.Equal(1, result.AgainstBest.Single().Seeds);
    }

    [Fact]
    public void Methods_are_marked_by_a_test_over_seeds()
    {
        using var folder = new TemporaryFolder();
        ComparisonResult result = Compare(world.Comparing(folder.In("cmp"), [1, 2, 3, 4], [], Knows("good", wrong: [0, 1, 0, 1]), Knows("near", wrong: [1, 0, 1, 1]), Knows("bad", wrong: [5, 6, 6, 7])) with { Metric = "accuracy" });
        ComparisonTable scores = ComparisonTable.Scores(result), against = ComparisonTable.AgainstBest(result);
        Assert.Equal([("good", "*"), ("near", "="), ("bad", "")], scores.Rows.Select(row => (row.Name, row.Mark)));
        Assert.Equal([("near", "not worse"), ("bad", "worse")], against.Rows.Select(row => (row.Name, row.Cells[^1])));
        double[] differences = [.. new[] { 1, 0, 1, 1 }.Zip([0, 1, 0, 1], (near, good) => (near - good) / (double)Examples)];
        TTest expected = TTest.OneSample(differences, 0);
        Assert.Equal(expected.PValue!.Value, result.AgainstBest[0].Test!.PValue!.Value, 1e-9);
        Assert.Equal($"{expected.Interval!.Value.Lower:F4} to {expected.Interval.Value.Upper:F4}", against.Rows[0].Cells[2]);
        Assert.Equal(Math.Min(1, 2 * result.AgainstBest[1].Test!.PValue!.Value), result.AgainstBest[1].AdjustedPValue!.Value, 12);
        Assert.Contains(result.Sentences, sentence => sentence.StartsWith("= Not worse than it at 5 % (two-sided paired t-test over seeds, Holm's correction for 2 comparisons): near.", StringComparison.Ordinal));
        Assert.Contains(result.Sentences, sentence => sentence.StartsWith("With 4 seeds the test leans on", StringComparison.Ordinal));
    }

    [Fact]
    public void One_seed_is_said_to_tell_nothing_of_chance()
    {
        using var folder = new TemporaryFolder();
        ComparisonResult result = Compare(world.Comparing(folder.In("cmp"), [7], [], Knows("a"), Knows("b", wrong: [2])));
        Assert.Equal("a", result.Best!.Name);
        Assert.Contains(result.Sentences, sentence => sentence.StartsWith("With one seed nothing can be tested over seeds", StringComparison.Ordinal));
        Assert.Equal("not tested", ComparisonTable.AgainstBest(result).Rows[0].Cells[^1]);
        Assert.DoesNotContain("±", result.ToMarkdown(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_recipe_that_does_not_beat_a_baseline_is_said_so()
    {
        using var folder = new TemporaryFolder();
        ComparisonResult result = Compare(world.Comparing(folder.In("cmp"), [1, 2], ["cls-tanh"], Knows("oracle", deterministic: true), Knows("weak", wrong: [Examples, Examples])));
        Assert.Equal("oracle", result.BestBaseline!.Name);
        Assert.Contains(result.Sentences, sentence => sentence.StartsWith("cls-tanh does not beat the baseline oracle on macro_f1: ", StringComparison.Ordinal) && sentence.Contains("against 1.0000, p ", StringComparison.Ordinal));

        // A baseline of one run has no spread: the recipe's seeds are tested against its score.
        double[] recipe = [.. result.Rows[0].Runs.Select(run => run.Scores["macro_f1"])];
        Assert.Equal(TTest.OneSample(recipe, 1).PValue, result.AgainstBestBaseline.Single().Test!.PValue);
        Assert.Null(result.Rows.Single(row => row.Name == "oracle").Score("macro_f1")!.StandardDeviation);
    }

    [Fact]
    public void Another_baseline_of_the_same_name_is_refused_and_may_replace_the_removed_one()
    {
        using var folder = new TemporaryFolder();
        Compare(world.Comparing(folder.In("cmp"), [1, 2], [], Knows("a")));
        CompareRequest changed = world.Comparing(folder.In("cmp"), [1], [], Knows("a", wrong: [3]));
        InputException refused = Assert.Throws<InputException>(() => Compare(changed));
        Assert.Contains("the baseline now is '3 wrong' where this run has '0 wrong'", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"remove {folder.In("cmp/runs/a")}", refused.Message, StringComparison.Ordinal);

        // One run removed leaves the other, and a table of both would mix them.
        Directory.Delete(folder.In("cmp/runs/a/seed-1"), recursive: true);
        Assert.Contains("seed-2", Assert.Throws<InputException>(() => Compare(changed)).Message, StringComparison.Ordinal);
        Directory.Delete(folder.In("cmp/runs/a"), recursive: true);
        Assert.Equal(1 - (3.0 / Examples), Compare(changed).Best!.Score("accuracy")!.Mean, 12);
    }

    [Fact]
    public void A_run_that_diverges_leaves_the_others_to_go_on()
    {
        using var folder = new TemporaryFolder();
        string[] diverge = ["lr=10", "weight_decay=10", "clip=0", "warmup=0", "schedule=constant", "epochs=30"];
        CompareRequest request = world.Comparing(folder.In("cmp"), [42], ["bad=cls-tanh"], Knows("a"));
        request = request with { Overrides = [.. request.Overrides, .. diverge.Select(key => $"bad:stages.0.{key}")] };
        ComparisonResult result = Compare(request);
        Assert.Equal(("bad", 42L), (result.Failures.Single().Entry, result.Failures.Single().Seed));
        Assert.Contains("became", result.Failures.Single().Reason, StringComparison.Ordinal);
        Assert.Equal(("a", ("bad", 42L)), (result.Best!.Name, result.Missing.Single()));
    }

    [Fact]
    public void Runs_share_what_their_frozen_layers_give()
    {
        using var folder = new TemporaryFolder();
        TextDataset rows = TextDataset.Load(world.In("rows.csv"), new DatasetOptions());
        using var data = new TextRunData(rows);
        Recipe recipe = RecipeCatalogue.Load("linear-probe", ["input.max_length=32", "stages.0.epochs=2", "stages.0.hold=0"]);
        foreach (long seed in new[] { 1L, 2L })
        {
            var request = new TrainRequest { Data = world.In("rows.csv"), Model = world.In("model"), Recipe = "linear-probe", Output = folder.In($"run-{seed}"), Seed = seed };
            Runs.Train(request, recipe, verbalizer: null, augmented: null, data, [], progress: null, CancellationToken.None);
        }

        // Train and dev, each once for both seeds.
        Assert.Equal(2, data.Frozen.Computed);
    }

    [Fact]
    public void Recipes_of_the_same_input_share_their_tokens()
    {
        TextDataset rows = TextDataset.Load(world.In("rows.csv"), new DatasetOptions());
        using var data = new TextRunData(rows);
        Recipe recipe = RecipeCatalogue.Load("cls-tanh", ["input.max_length=32"]), shorter = RecipeCatalogue.Load("cls-relu", ["input.max_length=6"]);
        using TextModel a = TextModel.Load(world.In("model"), recipe, rows.Labels.Count, null, 1), again = TextModel.Load(world.In("model"), recipe with { Input = recipe.Input with { } }, rows.Labels.Count, null, 3);
        using TextModel b = TextModel.Load(world.In("model"), shorter, rows.Labels.Count, null, 2);
        Assert.Same(data.Part(a, SplitPart.Train).Examples, data.Part(again, SplitPart.Train).Examples);
        Assert.NotSame(data.Part(a, SplitPart.Train).Examples, data.Part(a, SplitPart.Test).Examples);
        Assert.True(data.Part(b, SplitPart.Train).Examples.Lengths.Max() <= 6);
    }

    [Fact]
    public void Tables_for_other_programs_hold_the_same_figures_and_are_quoted()
    {
        using var folder = new TemporaryFolder();
        ComparisonResult result = Compare(world.Comparing(folder.In("cmp"), [1, 2], [], Knows("a", wrong: [1, 2]), Knows("once", deterministic: true, wrong: [4])));
        using var csv = new CsvReader(new StringReader(result.ToCsv()), CultureInfo.InvariantCulture);
        csv.Read();
        csv.ReadHeader();
        foreach (ComparisonRow row in result.Rows)
        {
            Assert.True(csv.Read());
            Assert.Equal(row.Name, csv.GetField("method"));
            Assert.Equal(row.Score("macro_f1")!.Mean, csv.GetField<double>("macro_f1_mean"));
            Assert.Equal(row.Score("macro_f1")!.StandardDeviation, csv.GetField<double?>("macro_f1_sd"));
            Assert.Equal(row.IsDeterministic ? null : 2, csv.GetField<int?>("seeds"));
        }

        Assert.False(csv.Read());
        string latex = string.Join('\n', result.ToLatex().Split('\n').Skip(1)), markdown = result.ToMarkdown();
        Assert.DoesNotMatch(@"(?<!\\)[%_#±]", latex);
        Assert.Contains(@"95 \% interval", latex, StringComparison.Ordinal);
        Assert.Equal(@"a\_b \| \<c\> \* \\", ComparisonMarkdown.Escape("a_b | <c> * \\"));
        Assert.Equal(@"a\_b \& 5 \% \$x\$ \#1 \{y\} \textbackslash{} \textasciitilde{} \textasciicircum{} $<$ $\pm$", ComparisonLatex.Escape("a_b & 5 % $x$ #1 {y} \\ ~ ^ < ±"));
        foreach (string line in markdown.Split('\n').Where(line => line.StartsWith('|')).Take(4))
        {
            Assert.Equal(12, Regex.Count(line, @"(?<!\\)\|"));
        }
    }

    private static ComparisonResult Compare(CompareRequest request) => Comparison.Run(request, progress: null, TestContext.Current.CancellationToken);

    private int Examples => TextDataset.Load(world.In("rows.csv"), new DatasetOptions()).Test.Count;

    /// <summary>A method that gets as many of the examples wrong as is said for each seed, in the order of the seeds.</summary>
    private BaselineEntry Knows(string name, bool deterministic = false, params int[] wrong) => new(name, $"{(wrong.Length > 0 ? wrong[0] : 0)} wrong", deterministic, (data, examples, seed) =>
    {
        _ran.Add($"{name} {seed}");
        int errors = wrong.Length == 0 ? 0 : wrong[Math.Clamp((int)seed - 1, 0, wrong.Length - 1)];
        int[] gold = data.LabelIds(examples);
        return new BaselinePredictions([.. gold.Select((label, i) => i < errors ? (label + 1) % data.Labels.Count : label)], [], 0);
    });
}
