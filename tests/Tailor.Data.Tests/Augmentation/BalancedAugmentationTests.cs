using FsCheck;
using FsCheck.Xunit;
using Tailor.Foundation;

namespace Tailor.Data.Tests;

public sealed class BalancedAugmentationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Property(MaxTest = 40)]
    public void Every_class_has_as_many_rows_as_the_largest_each_made_of_a_training_row_of_its_class(long seed, bool originals, bool swap)
    {
        TextDataset data = Data(Enumerable.Range(0, 60).Select(i => i % 10 == 0 ? "c" : i % 3 == 0 ? "b" : "a"));
        var options = new AugmentationOptions { Method = swap ? AugmentationMethod.Swap : AugmentationMethod.WordDropout, WithOriginals = originals };
        IReadOnlyList<TextExample> rows = BalancedAugmentation.Make(data.Train, data.Labels, options, seed);
        int largest = data.TrainCounts.Max();
        Assert.All(data.Labels.Names, label => Assert.Equal(largest, rows.Count(r => r.Label == label)));
        ILookup<long, TextExample> lines = data.Train.ToLookup(r => r.Line);
        Assert.All(rows, row =>
        {
            TextExample origin = Assert.Single(lines[row.Origin!.Value]);
            Assert.Equal(origin.Label, row.Label);
            Assert.Subset(origin.Text.Split(' ').ToHashSet(), row.Text.Split(' ').ToHashSet());
        });

        // A class's rows are used alike: their numbers differ by one at most.
        foreach (string label in data.Labels.Names)
        {
            int[] uses = [.. rows.Where(r => r.Label == label).CountBy(r => r.Origin!.Value).Select(count => count.Value)];
            Assert.InRange(uses.Max() - uses.Min(), 0, 1);
            Assert.Equal(data.Train.Count(r => r.Label == label), uses.Length);
        }

        HashSet<string> texts = [.. data.Train.Select(r => r.Text)];
        Assert.Equal(originals ? data.Train.Count : 0, rows.Count(r => texts.Contains(r.Text)));
        Assert.Equal(rows, BalancedAugmentation.Make(data.Train, data.Labels, options, seed));
        Assert.NotEqual(rows, BalancedAugmentation.Make(data.Train, data.Labels, options, seed + 1));
        Assert.NotEqual(rows.Select(r => r.Label).Order(), rows.Select(r => r.Label));
    }

    [Fact]
    public void Fewer_or_more_rows_of_a_class_may_be_asked_for_and_pairs_change_both_texts()
    {
        TextExample[] train = [.. Enumerable.Range(0, 12).Select(i => new TextExample($"one two three {i}", $"four five six {i}", i < 9 ? "a" : "b", i + 2))];
        var data = TextDataset.Create(LabelSet.FromExamples(train), train, [], []);
        IReadOnlyList<TextExample> rows = BalancedAugmentation.Make(data.Train, data.Labels, new AugmentationOptions { PerClass = 5 }, 1);
        Assert.Equal((5, 5), (rows.Count(r => r.Label == "a"), rows.Count(r => r.Label == "b")));
        Assert.All(rows, row => Assert.True(row.Text.Split(' ').Length < 4 && row.Pair!.Split(' ').Length < 4));
        Assert.Equal(40, BalancedAugmentation.Make(data.Train, data.Labels, new AugmentationOptions { PerClass = 20 }, 1).Count);
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("tsv")]
    [InlineData("jsonl")]
    public void A_file_that_was_written_is_read_back_with_its_origins(string extension)
    {
        TextDataset data = Data(Enumerable.Range(0, 30).Select(i => i % 5 == 0 ? "b" : "a"));
        IReadOnlyList<TextExample> rows = BalancedAugmentation.Make(data.Train, data.Labels, new AugmentationOptions(), 3);
        string path = _folder.File("augmented." + extension);
        TextTableWriter.Write(path, rows, withOrigins: true);
        AugmentedSet read = AugmentedSet.Read(path, data, new TableOptions { TextColumn = "utterance" });
        Assert.Equal(rows, read.Examples.Select(r => r with { Line = 0 }));
        Assert.Equal(64, read.Fingerprint.Length);
        Assert.Equal(read.Fingerprint, AugmentedSet.Read(path, data, new TableOptions()).Fingerprint);

        TextTableWriter.Write(path, rows.Skip(1), withOrigins: true);
        Assert.NotEqual(read.Fingerprint, AugmentedSet.Read(path, data, new TableOptions()).Fingerprint);

        // Where nobody asks for them, origins are not read.
        Assert.All(TextTable.Read(path, new TableOptions()), row => Assert.Null(row.Origin));
    }

    [Theory]
    [InlineData("text,label\nx y,planet\n", "augmented.csv:2: label: the label 'planet' is unknown; expected one of the 2 labels of the data")]
    [InlineData("text,label\nx y,a\nx z,aa\n", "augmented.csv:3: label: the label 'aa' is unknown; expected one of the 2 labels of the data (did you mean 'a'?)")]
    [InlineData("text,label,origin\nx y,a,first\n", "augmented.csv:2: origin: 'first' is no line number; expected the line of the training row")]
    [InlineData("text,label,origin\nx y,a,-3\n", "augmented.csv:2: origin: '-3' is no line number")]
    [InlineData("text,label,origin\nx y,a,99\n", "augmented.csv:2: origin: line 99 is no training row of these data; the file was made of other data or of another split")]
    [InlineData("text,label,origin\nx y,a,2\n", "augmented.csv:2: origin: line 2 is of the class 'b', this row of 'a'")]
    [InlineData("text_a,text_b,label\nx y,z,a\n", "augmented.csv:2: a pair where the data have single texts")]
    [InlineData("text,label\nx y,\n", "augmented.csv:2: label: the label is missing")]
    [InlineData("text,label\n", "augmented.csv: the file has a header and no rows")]
    public void A_file_that_does_not_belong_to_the_data_is_refused(string content, string expected)
    {
        TextDataset data = Data(Enumerable.Range(0, 30).Select(i => i % 5 == 0 ? "b" : "a"));
        string path = _folder.Write("augmented.csv", content);
        InputException fault = Assert.Throws<InputException>(() => AugmentedSet.Read(path, data, new TableOptions()));
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_origin_may_be_left_out_and_one_of_dev_is_refused()
    {
        string rows = _folder.Write("rows.csv", "text,label\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"row number {i},{"ab"[i % 2]}\n")));
        TextDataset data = TextDataset.Load(rows, new DatasetOptions());
        TextExample train = data.Train[0], dev = data.Dev[0];
        string path = _folder.Write("augmented.csv", $"text,label,origin\nx,{train.Label},{train.Line}\ny,{train.Label},\n");
        Assert.Equal([train.Line, null], AugmentedSet.Read(path, data, new TableOptions()).Examples.Select(r => r.Origin));
        _folder.Write("augmented.csv", $"text,label,origin\nx,{dev.Label},{dev.Line}\n");
        Assert.Contains($"line {dev.Line} is no training row", Assert.Throws<InputException>(() => AugmentedSet.Read(path, data, new TableOptions())).Message, StringComparison.Ordinal);
    }

    private static TextDataset Data(IEnumerable<string> labels)
    {
        TextExample[] train = [.. labels.Select((label, i) => new TextExample($"some words of {label} with number {i}", null, label, i + 2))];
        return TextDataset.Create(LabelSet.FromExamples(train), train, [], []);
    }
}
