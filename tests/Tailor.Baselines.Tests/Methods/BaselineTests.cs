using Tailor.Data;
using Tailor.Foundation;

namespace Tailor.Baselines.Tests;

public class BaselineTests
{
    private static readonly string[] Words = ["apple pear plum", "hammer saw drill", "paris rome oslo"];

    public static TheoryData<string> Names { get; } = [.. BaselineCatalogue.All.Select(baseline => baseline.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_baseline_answers_dev_and_test_with_classes_that_it_has_seen(string name)
    {
        TextDataset data = Data();
        BaselineResult result = BaselineCatalogue.Find(name).Fit(new BaselineInput(data, encoder: Encode), TestContext.Current.CancellationToken);
        Assert.Equal(name, result.Name);
        Assert.Equal((data.Dev.Count, data.Test.Count), (result.Dev.Length, result.Test.Length));

        // Class 1 of the four has no training example.
        int[] gold = data.LabelIds(data.Test);
        Assert.Equal(name == "majority" ? [0] : [0, 2, 3], result.Test.Distinct().Order());
        Assert.Equal(name == "majority" ? gold.Count(c => c == 0) : gold.Length, gold.Zip(result.Test).Count(pair => pair.First == pair.Second));
        Assert.Equal(name.StartsWith("tfidf", StringComparison.Ordinal), result.TestProbabilities is null);
        Assert.Equal(result.TestProbabilities is null, result.DevProbabilities is null);
        if (result.TestProbabilities is { } probabilities)
        {
            float[][] rows = [.. probabilities.Chunk(4)];
            Assert.Equal(data.Test.Count, rows.Length);
            Assert.All(rows.Zip(result.Test), pair => Assert.Equal(pair.First.Max(), pair.First[pair.Second]));
            Assert.All(rows, row => Assert.Equal((1, 0), (row.Sum(), row[1]), (a, b) => Math.Abs(a.Item1 - b.Item1) < 1e-5 && a.Item2 == b.Item2));
        }
    }

    [Fact]
    public void Majority_gives_the_shares_of_train_as_probabilities()
    {
        BaselineResult result = BaselineCatalogue.Find("majority").Fit(new BaselineInput(Data()), TestContext.Current.CancellationToken);
        Assert.Equal([0.5f, 0, 1 / 3f, 1 / 6f], result.TestProbabilities!.Take(4));
        Assert.Equal(0, result.Parameters);
    }

    [Fact]
    public void Parameters_are_the_weights_and_the_intercepts()
    {
        var input = new BaselineInput(Data(), encoder: Encode);
        int width = input.TermRows.Value.Train.Width;
        long Of(string name) => BaselineCatalogue.Find(name).Fit(input, TestContext.Current.CancellationToken).Parameters;
        Assert.Equal((3L * (width + 1), 3L * (width + 1), 3L * 4), (Of("tfidf-svm"), Of("tfidf-sdca"), Of("probe-mean")));

        TextExample[] two = [.. Data().Train.Where(example => example.Label != "city")];
        var binary = new BaselineInput(TextDataset.Create(LabelSet.FromExamples(two), two, [], two));
        Assert.Equal(binary.TermRows.Value.Train.Width + 1, BaselineCatalogue.Find("tfidf-svm").Fit(binary, TestContext.Current.CancellationToken).Parameters);
    }

    [Fact]
    public void The_encoder_reads_the_texts_once_for_all_probes()
    {
        int calls = 0;
        var input = new BaselineInput(Data(), encoder: examples =>
        {
            calls++;
            return Encode(examples);
        });
        BaselineCatalogue.Find("probe-mean").Fit(input, TestContext.Current.CancellationToken);
        BaselineCatalogue.Find("probe-mean-balanced").Fit(input, TestContext.Current.CancellationToken);
        Assert.Equal(1, calls);
    }

    [Fact]
    public void Both_texts_of_a_pair_are_read()
    {
        TextExample[] rows = [.. Enumerable.Range(0, 12).Select(i => new TextExample("the same text", i % 2 == 0 ? "cats sleep" : "dogs bark", i % 2 == 0 ? "yes" : "no", 0))];
        TextDataset data = TextDataset.Create(new LabelSet(["no", "yes"]), rows, [], rows[..2]);
        Assert.Equal([1, 0], BaselineCatalogue.Find("tfidf-svm").Fit(new BaselineInput(data), TestContext.Current.CancellationToken).Test);
    }

    [Fact]
    public void Balanced_weights_are_those_of_scikit_learn()
    {
        var input = new BaselineInput(Data());
        Assert.Equal([24 / (3.0 * 12), 24 / (3.0 * 8), 24 / (3.0 * 4)], Enumerable.Range(0, 3).Select(place => input.Weight(place, balanced: true)));
        Assert.Equal(1, input.Weight(2, balanced: false));
    }

    [Fact]
    public void A_probe_without_an_encoder_is_refused() =>
        Assert.Contains("--model", Assert.Throws<InputException>(() => BaselineCatalogue.Find("probe-mean").Fit(new BaselineInput(Data()), TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);

    [Fact]
    public void An_unknown_name_is_refused_with_the_nearest() =>
        Assert.Contains("did you mean 'tfidf-svm'?", Assert.Throws<InputException>(() => BaselineCatalogue.Find("tfidf-smv")).Message, StringComparison.Ordinal);

    /// <summary>Three classes of 12, 8 and 4 examples, each with its words, and one without any.</summary>
    private static TextDataset Data()
    {
        var labels = new LabelSet(["fruit", "nothing", "tool", "city"]);
        string[] seen = ["fruit", "tool", "city"];
        TextExample[] train = [.. new[] { 12, 8, 4 }.SelectMany((count, c) => Enumerable.Range(0, count).Select(i => Example(c, i)))];
        TextExample[] test = [.. Enumerable.Range(0, 9).Select(i => Example(i % 3, i + 20))];
        return TextDataset.Create(labels, train, test[..3], test);
        TextExample Example(int c, int i) => new($"{Words[c].Split(' ')[i % 3]} number {i % 2} {Words[c].Split(' ')[(i + 1) % 3]}", null, seen[c], 0);
    }

    /// <summary>How many words of each class a text has.</summary>
    private static float[] Encode(IReadOnlyList<TextExample> examples) =>
        [.. examples.SelectMany(example => Words.Select(words => (float)example.Text.Split(' ').Count(word => words.Split(' ').Contains(word))))];
}
