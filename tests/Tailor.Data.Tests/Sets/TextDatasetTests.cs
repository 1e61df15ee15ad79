using Tailor.Foundation;

namespace Tailor.Data.Tests;

public sealed class TextDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_of_three_files_is_loaded_as_it_stands()
    {
        _folder.Write("train.csv", "text,label\na,x\nb,y\nc,x\n");
        _folder.Write("valid.tsv", "text\tlabel\nd\ty\n");
        _folder.Write("test.jsonl", "{\"text\":\"e\",\"label\":\"x\"}\n");
        TextDataset data = TextDataset.Load(_folder.Path, new DatasetOptions());
        Assert.Equal(["x", "y"], data.Labels.Names);
        Assert.Equal([2, 1], data.TrainCounts);
        Assert.Equal([0, 1, 0], data.LabelIds(data.Train));
        Assert.Equal(("d", "e"), (Assert.Single(data.Dev).Text, Assert.Single(data.Test).Text));
        Assert.False(data.HasPairs);
        Assert.Empty(data.Notes);
    }

    [Fact]
    public void A_label_file_gives_the_order_and_may_hold_classes_without_examples()
    {
        _folder.Write("train.csv", "text,label\na,x\nb,y\n");
        _folder.Write("dev.csv", "text,label\nc,y\n");
        _folder.Write("label2idx.json", "{\"y\":0,\"z\":1,\"x\":2}");
        TextDataset data = TextDataset.Load(_folder.Path, new DatasetOptions());
        Assert.Equal([1, 0, 1], data.TrainCounts);
        Assert.Empty(data.Test);
        Assert.Equal(["1 of 3 classes has no training example."], data.Notes);
    }

    [Fact]
    public void A_train_label_outside_the_label_file_is_refused()
    {
        string train = _folder.Write("train.csv", "text,label\na,alpha\nb,alhpa\n");
        _folder.Write("label2idx.json", "{\"alpha\":0,\"beta\":1}");
        Assert.Equal($"{train}:3: the label 'alhpa' is not in label2idx.json; add it there or correct the row (did you mean 'alpha'?)", Fault(_folder.Path));
    }

    [Fact]
    public void A_folder_without_dev_takes_it_from_train_and_says_so()
    {
        _folder.Write("train.csv", "text,label\n" + Rows(40, i => $"t{i},{(i < 30 ? "x" : i < 39 ? "y" : "z")}"));
        TextDataset data = TextDataset.Load(_folder.Path, new DatasetOptions());
        Assert.Equal([27, 8, 1], data.TrainCounts);
        Assert.Equal(4, data.Dev.Count);
        Assert.Equal(["One class has a single example, which stays in train: 'z'.", "There is no dev file: 4 of 40 training rows serve as dev (seed 1234)."], data.Notes);
    }

    [Fact]
    public void One_file_is_split_by_seed_with_every_row_once()
    {
        string path = _folder.Write("all.csv", "text,label\n" + Rows(100, i => $"t{i},{i % 4}"));
        TextDataset data = TextDataset.Load(path, new DatasetOptions());
        Assert.Equal((68, 12, 20), (data.Train.Count, data.Dev.Count, data.Test.Count));
        Assert.Equal(Enumerable.Range(2, 100).Select(i => (long)i), data.Train.Concat(data.Dev).Concat(data.Test).Select(r => r.Line).Order());
        Assert.Equal(["One file was split by seed 1234: 68 rows to train, 12 to dev, 20 to test."], data.Notes);
        Assert.Equal(data.Fingerprint, TextDataset.Load(path, new DatasetOptions()).Fingerprint);
        Assert.NotEqual(data.Fingerprint, TextDataset.Load(path, new DatasetOptions { SplitSeed = 1 }).Fingerprint);
    }

    [Fact]
    public void The_fingerprint_tells_any_change()
    {
        string[] prints = [.. new[]
        {
            Data(Row("ab", "x"), Row("c", "y")),
            Data(Row("a", "x"), Row("bc", "y")),
            Data(Row("ab", "x"), Row("c", "x"), Row("d", "y")),
            Data(Row("c", "y"), Row("ab", "x")),
            TextDataset.Create(new LabelSet(["y", "x"]), [Row("ab", "x"), Row("c", "y")], [], []),
            TextDataset.Create(new LabelSet(["x", "y"]), [Row("ab", "x"), Row("c", "y")], [Row("e", "x")], []),
            TextDataset.Create(new LabelSet(["x", "y"]), [Row("ab", "x"), Row("c", "y")], [], [Row("e", "x")]),
        }.Select(d => d.Fingerprint)];
        Assert.Distinct(prints);
        Assert.All(prints, p => Assert.Matches("^[0-9a-f]{64}$", p));
    }

    [Fact]
    public void Labels_unseen_in_training_are_listed()
    {
        _folder.Write("train.csv", "text,label\na,x\nb,y\n");
        _folder.Write("dev.csv", "text,label\nc,y\n");
        string test = _folder.Write("test.csv", "text,label\nd,new\ne,x\nf,newer\ng,new\n");
        Assert.Equal($"{test}: 3 rows have labels unseen in training: 'new' (2), 'newer' (1); add such rows to train, or leave them out with --unknown-labels drop", Fault(_folder.Path));
        TextDataset data = TextDataset.Load(_folder.Path, new DatasetOptions { UnknownLabels = UnknownLabels.Drop });
        Assert.Equal(["e"], data.Test.Select(t => t.Text));
        Assert.Equal([$"{test}: 3 rows were left out because training has not seen the label: 'new' (2), 'newer' (1)."], data.Notes);
    }

    [Fact]
    public void Only_ten_unseen_labels_are_listed()
    {
        _folder.Write("train.csv", "text,label\na,x\nb,y\n");
        _folder.Write("dev.csv", "text,label\n" + Rows(12, i => $"t,new{i}"));
        Assert.Contains("'new9' (1) and 2 more;", Fault(_folder.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void Repeated_texts_and_leaks_are_counted()
    {
        TextDataset data = TextDataset.Create(
            new LabelSet(["x", "y"]),
            [Row("a", "x"), Row("a", "x"), Row("a", "y"), Row("b", "y")],
            [Row("b", "y"), Row("c", "x")],
            [Row("a", "x"), Row("c", "x"), Row("c", "x"), Row("d", "x")]);
        Assert.Equal(new RepeatedTexts(WithinTrain: 2, Contradicting: 1, DevInTrain: 1, TestInTrain: 1, TestInDev: 2), data.Repeats);
        Assert.Equal(
            [
                "2 rows of train repeat the text of an earlier one.",
                "1 of them has another label than the earlier one.",
                "1 dev text also stands in train.",
                "1 test text also stands in train.",
                "2 test texts also stand in dev.",
            ],
            data.Notes);
    }

    [Fact]
    public void A_pair_repeats_only_as_a_whole()
    {
        TextDataset data = TextDataset.Create(
            new LabelSet(["x", "y"]), [new("a", "bc", "x", 0), new("ab", "c", "y", 0), new("a", "bc", "x", 0), new("abc", "", "x", 0)], [], []);
        Assert.Equal(1, data.Repeats.WithinTrain);
        Assert.True(data.HasPairs);
    }

    [Theory]
    [InlineData("text,label\na,x\nb,x\n", "PATH: only one class, 'x', in 2 training rows; a classifier needs rows of at least two classes; is this the label column?")]
    public void One_class_alone_is_refused(string content, string expected)
    {
        string path = _folder.Write("all.csv", content);
        Assert.Equal(expected.Replace("PATH", path, StringComparison.Ordinal), Fault(path, new DatasetOptions { DevFraction = 0, TestFraction = 0 }));
    }

    [Fact]
    public void A_folder_must_have_one_train_file()
    {
        Assert.Equal($"{_folder.Path}: the folder is empty; expected train.csv, train.tsv or train.jsonl, and dev and test files beside it; or give one file", Fault(_folder.Path));
        _folder.Write("data.csv", "text,label\na,x\n");
        Assert.StartsWith($"{_folder.Path}: no train file among data.csv;", Fault(_folder.Path), StringComparison.Ordinal);
        _folder.Write("train.csv", "text,label\na,x\nb,y\n");
        _folder.Write("train.tsv", "text\tlabel\na\tx\n");
        Assert.Equal($"{_folder.Path}: train.csv and train.tsv could both be the train file; keep one of them", Fault(_folder.Path));
    }

    [Fact]
    public void Pairs_and_single_texts_do_not_mix()
    {
        _folder.Write("train.csv", "text_a,text_b,label\na,b,x\nc,d,y\n");
        _folder.Write("dev.csv", "text,label\na,x\n");
        Assert.Equal($"{_folder.Path}: dev, line 2: a single text where train has pairs; name the columns with --text-column and --pair-column", Fault(_folder.Path));
    }

    [Fact]
    public void Impossible_fractions_are_refused() =>
        Assert.Contains("must sum to less than 1", Fault(_folder.Path, new DatasetOptions { DevFraction = 0.6, TestFraction = 0.4 }), StringComparison.Ordinal);

    [Fact]
    public void R52_has_the_published_counts()
    {
        TextDataset data = TextDataset.Load(SharedData.Folder("r52"), new DatasetOptions());
        Assert.Equal((5943, 617, 2570, 52), (data.Train.Count, data.Dev.Count, data.Test.Count, data.Labels.Count));
        Assert.Equal((2581, 1, "copper"), (data.TrainCounts.Max(), data.TrainCounts.Min(), data.Labels.Names[0]));
    }

    [Fact]
    public void Atis_has_the_published_counts_once_unseen_labels_are_dropped()
    {
        string folder = SharedData.Folder("atis");
        Assert.Contains("1 row has a label unseen in training", Fault(folder), StringComparison.Ordinal);
        Assert.Equal(893, TextTable.Read(Path.Combine(folder, "test.tsv"), new TableOptions()).Count());
        TextDataset data = TextDataset.Load(folder, new DatasetOptions { UnknownLabels = UnknownLabels.Drop });
        Assert.Equal((4478, 499, 888, 21), (data.Train.Count, data.Dev.Count, data.Test.Count, data.Labels.Count));
        Assert.Equal((3309, 1), (data.TrainCounts.Max(), data.TrainCounts.Min()));
    }

    [Fact]
    public void Rte_is_a_set_of_pairs()
    {
        TextDataset data = TextDataset.Load(SharedData.Folder("rte"), new DatasetOptions());
        Assert.True(data.HasPairs);
        Assert.Equal((2241, 249, 277), (data.Train.Count, data.Dev.Count, data.Test.Count));
    }

    private static string Rows(int count, Func<int, string> row) => string.Concat(Enumerable.Range(0, count).Select(i => row(i) + "\n"));

    private static TextExample Row(string text, string label) => new(text, null, label, 0);

    private static TextDataset Data(params TextExample[] train) => TextDataset.Create(new LabelSet(["x", "y"]), train, [], []);

    private static string Fault(string path, DatasetOptions? options = null) =>
        Assert.Throws<InputException>(() => TextDataset.Load(path, options ?? new DatasetOptions())).Message;
}
