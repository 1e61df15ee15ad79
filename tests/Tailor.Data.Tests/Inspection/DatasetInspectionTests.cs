using System.Text.Json;

namespace Tailor.Data.Tests;

public sealed class DatasetInspectionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_figures_of_a_small_set()
    {
        DatasetInspection found = DatasetInspection.Of(Small(), new InspectionOptions { TokenLength = (text, pair) => text.Length + 2 });
        Assert.Equal([new ClassCount("big", 120, 1, 6), new ClassCount("mid", 20, 1, 1), new ClassCount("Mid ", 1, 0, 0)], found.Classes);
        Assert.Equal(120.0, found.ImbalanceRatio);
        Assert.Equal((1, 1, 1), (found.ManyClasses, found.MediumClasses, found.FewClasses));
        Assert.Equal(["train", "dev", "test"], found.Splits.Select(s => s.Name));
        Assert.Equal((141, 3, 0, 3, 1), (found.Splits[0].Rows, found.Splits[0].Classes, found.Splits[0].HeadClasses, found.Splits[0].TailClasses, found.Splits[0].EmptyTexts));
        Assert.Equal((2, 1, 1), (found.Splits[1].Classes, found.Splits[1].HeadClasses, found.Splits[1].TailClasses));
        Assert.Equal(found.Splits[0].Characters!.Longest + 2, found.Splits[0].Tokens!.Longest);
        Assert.Equal(1, found.Repeats.TestInTrain);
        Assert.Contains("1 dev or test text also stands in another part: remove them, or scores flatter the model.", found.Suggestions);
        Assert.Contains("1 text is empty: remove them, nothing can be learnt from them.", found.Suggestions);
        Assert.Contains("Labels differ only in case or blanks: 'mid' and 'Mid '. If they mean the same class, write them alike.", found.Suggestions);
        Assert.Contains("1 class has a single training row: a few more rows there help more than any recipe.", found.Suggestions);
        Assert.Contains(found.Suggestions, s => s.StartsWith("2 of 3 classes have fewer than 5 test rows", StringComparison.Ordinal));
        Assert.Contains("No class is head at 0.55, since one class alone holds that share of test: a larger head threshold gives a head F1.", found.Suggestions);
        Assert.Contains(found.Suggestions, s => s.StartsWith("The classes are long-tailed", StringComparison.Ordinal));
        Assert.Contains(found.Suggestions, s => s.StartsWith("A max length of ", StringComparison.Ordinal));
    }

    [Fact]
    public void Percentiles_are_the_smallest_lengths_that_cover()
    {
        string path = _folder.Write("a.csv", "text\n" + string.Concat(Enumerable.Range(1, 200).Select(i => new string('w', i) + " w\n")));
        DatasetInspection found = DatasetInspection.OfFile(path, new TableOptions { RequireLabels = false });
        SplitInspection all = Assert.Single(found.Splits);
        Assert.Equal(new LengthSummary(102.5, 102, 182, 192, 200, 202), all.Characters);
        Assert.Equal(new LengthSummary(2, 2, 2, 2, 2, 2), all.Words);
        Assert.Null(all.Tokens);
        Assert.Null(found.ImbalanceRatio);
        Assert.Empty(found.Classes);
    }

    [Fact]
    public void A_file_is_inspected_whole()
    {
        string path = _folder.Write("a.jsonl", "{\"text\":\"a\",\"label\":\"x\"}\n{\"text\":\"b\",\"label\":\"y\"}\n{\"text\":\"a\",\"label\":\"y\"}\n{\"text\":\"a\",\"label\":\"y\"}\n");
        DatasetInspection found = DatasetInspection.OfFile(path, new TableOptions());
        Assert.Equal([new ClassCount("y", 3, 0, 0), new ClassCount("x", 1, 0, 0)], found.Classes);
        Assert.Equal(new RepeatedTexts(2, 2, 0, 0, 0), found.Repeats);
        Assert.Contains("2 rows repeat the text of an earlier one.", found.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void One_class_alone_is_remarked_and_not_judged()
    {
        string path = _folder.Write("a.csv", "text,label\none two three,x\nfour five six,x\n");
        Assert.Equal(
            ["There is only one class: a classifier needs rows of at least two. Is this the label column?", "95 % of the texts have at most 3 words; name a model (--model) to choose the max length by its tokens."],
            DatasetInspection.OfFile(path, new TableOptions()).Suggestions);
    }

    [Theory]
    [InlineData(72)]
    [InlineData(100)]
    public void The_text_fits_its_width_and_shows_the_profile(int width)
    {
        string text = DatasetInspection.Of(Small()).ToText(width);
        string[] lines = text.Split('\n');
        Assert.All(lines, l => Assert.True(l.Length <= width, l));
        string big = Assert.Single(lines, l => l.StartsWith("  big ", StringComparison.Ordinal));
        string one = Assert.Single(lines, l => l.StartsWith("  Mid ", StringComparison.Ordinal));
        Assert.True(big.Count(c => c == '#') > width / 2);
        Assert.InRange(one.Count(c => c == '#'), 1, width / 5);
        Assert.All(text, c => Assert.True(c is '\n' or (>= ' ' and < '\u007f'), $"U+{(int)c:X4}"));
    }

    [Fact]
    public void The_middle_of_a_long_profile_is_left_out()
    {
        string path = _folder.Write("a.csv", "text,label\n" + string.Concat(Enumerable.Range(0, 50).SelectMany(c => Enumerable.Range(0, 100 - c).Select(i => $"t{c}-{i},class{c:00}\n"))));
        string text = DatasetInspection.OfFile(path, new TableOptions()).ToText(maxClasses: 11);
        Assert.Contains("  class05 ", text, StringComparison.Ordinal);
        Assert.Contains("  ... 39 classes between ...\n  class45 ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("  class06 ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Wide_characters_take_two_columns_in_the_chart()
    {
        string path = _folder.Write("a.csv", "text,label\n一二三四,語語\n五六七八,語語\n九十百千,abcd\n");
        string text = DatasetInspection.OfFile(path, new TableOptions()).ToText();
        Assert.Contains("  語語 2 #", text, StringComparison.Ordinal);
        Assert.Contains("  abcd 1 #", text, StringComparison.Ordinal);
        Assert.Contains("have at most 4 characters", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_json_holds_the_same_figures()
    {
        DatasetInspection found = DatasetInspection.Of(Small());
        using JsonDocument json = JsonDocument.Parse(found.ToJson());
        Assert.Equal(120, json.RootElement.GetProperty("imbalance_ratio").GetDouble());
        Assert.Equal("big", json.RootElement.GetProperty("classes")[0].GetProperty("label").GetString());
        Assert.Equal(1, json.RootElement.GetProperty("repeats").GetProperty("test_in_train").GetInt32());
        Assert.Equal(found.Splits[0].Words!.P95, json.RootElement.GetProperty("splits")[0].GetProperty("words").GetProperty("p95").GetInt32());
        Assert.Equal(found.Suggestions.Count, json.RootElement.GetProperty("suggestions").GetArrayLength());
    }

    [Theory]
    [InlineData(new[] { 50, 30, 20 }, 0.55, 1, 2)]
    [InlineData(new[] { 30, 20, 50 }, 0.5, 0, 3)]
    [InlineData(new[] { 30, 20, 50, 0 }, 0.81, 2, 1)]
    [InlineData(new[] { 1, 1, 1, 1 }, 1.0, 3, 1)]
    public void The_class_that_crosses_the_threshold_is_tail(int[] counts, double threshold, int head, int tail) =>
        Assert.Equal((head, tail), ClassGroupSizes.HeadTail(counts, threshold));

    [Fact]
    public void The_threshold_must_be_a_share() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => DatasetInspection.Of(Small(), new InspectionOptions { HeadThreshold = 1.1 }));

    [Fact]
    public void R52_has_one_head_class_as_published()
    {
        DatasetInspection found = DatasetInspection.Of(TextDataset.Load(SharedData.Folder("r52"), new DatasetOptions()));
        Assert.Equal([(1, 51), (1, 38), (1, 51)], found.Splits.Select(s => (s.HeadClasses, s.TailClasses)));
        Assert.Equal(2581.0, found.ImbalanceRatio);
        Assert.Equal("earn", found.Classes[0].Label);
    }

    private static TextDataset Small()
    {
        List<TextExample> train = [.. Enumerable.Range(0, 141).Select(i => new TextExample($"text number {i}", null, i < 120 ? "big" : i < 140 ? "mid" : "Mid ", i + 1))];
        train[3] = train[3] with { Text = " " };
        TextExample[] dev = [new("d 1", null, "mid", 1), new("d 2", null, "big", 2)];
        TextExample[] test = [.. Enumerable.Range(0, 6).Select(i => new TextExample($"e {i}", null, "big", i)), new("text number 7", null, "mid", 7)];
        return TextDataset.Create(LabelSet.FromExamples(train), train, dev, test);
    }
}
