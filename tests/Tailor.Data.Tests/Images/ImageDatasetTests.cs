using Tailor.Foundation;
using Tailor.Imaging;

namespace Tailor.Data.Tests;

public sealed class ImageDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Class_folders_are_split_class_by_class()
    {
        for (int i = 0; i < 20; i++)
        {
            _folder.Add($"cat/{i:00}.bmp", i);
            _folder.Add($"ant/deep/er/{i:00}.bmp", 100 + i);
        }

        _folder.Add("bee/only.bmp", 7);
        ImageDataset data = Load();
        Assert.Equal(["ant", "bee", "cat"], data.Labels.Names);
        Assert.Equal((28 + 1, 4, 8), (data.Train.Count, data.Dev.Count, data.Test.Count));
        Assert.Equal([14, 1, 14], data.TrainCounts);
        Assert.Equal(["One class has a single example, which stays in train: 'bee'.", "One set was split by seed 1234: 29 pictures to train, 4 to dev, 8 to test."], data.Notes);
        Assert.Equal(41, data.Train.Concat(data.Dev).Concat(data.Test).Select(e => e.Source.Name).Distinct().Count());
        Assert.All(data.Train, e => Assert.Equal(e.Label == "bee" ? 7 : e.Label == "ant" ? 100 + Number(e) : Number(e), e.Source.Load().Pixels[0]));
        Assert.Equal(data.Train.Select(e => data.Labels.IndexOf(e.Label)), data.LabelIds(data.Train));
        Assert.Equal(data.Train.Select(e => e.Source.Name), Load().Train.Select(e => e.Source.Name));
        Assert.NotEqual(data.Train.Select(e => e.Source.Name), Load(new ImageDatasetOptions { SplitSeed = 9 }).Train.Select(e => e.Source.Name));
    }

    [Fact]
    public void Folders_of_parts_are_loaded_as_they_stand()
    {
        _folder.Add("train/a/1.bmp", 1);
        _folder.Add("train/b/2.bmp", 2);
        _folder.Add("val/b/3.bmp", 3);
        _folder.Add("test/a/4.bmp", 4);
        ImageDataset data = Load();
        Assert.Equal([1, 2], data.Train.Select(Red));
        Assert.Equal((3, 4), (Red(Assert.Single(data.Dev)), Red(Assert.Single(data.Test))));
        Assert.Empty(data.Notes);
    }

    [Fact]
    public void A_class_may_be_called_train()
    {
        _folder.Add("train/1.bmp", 1);
        _folder.Add("ship/2.bmp", 2);
        Assert.Equal(["ship", "train"], Load().Labels.Names);
    }

    [Fact]
    public void Content_decides_what_is_a_picture_and_the_rest_is_noted()
    {
        _folder.Add("a/1.dat", 1);
        _folder.Add("b/2.png", 2);
        _folder.Write("b/readme.md", "text");
        _folder.Write("b/Thumbs.db", "litter");
        _folder.Write("b/.hidden", "litter");
        ImageDataset data = Load();
        Assert.Equal([1, 2], data.Train.Select(Red));
        Assert.Contains($"{_folder.Path}: 1 file that is no picture was passed over: {Path.Combine(_folder.Path, "b", "readme.md")}.", data.Notes);
    }

    [Fact]
    public void Tables_and_their_columns_name_pictures_from_their_own_folder()
    {
        for (int i = 0; i < 6; i++)
        {
            _folder.Add($"pictures/{i}.bmp", i);
        }

        _folder.Write("train.csv", "label,image\nx,pictures/0.bmp\ny,pictures/1.bmp\n\"x\",pictures/2.bmp\n");
        _folder.Write("dev.jsonl", "{\"file_name\": \"pictures/3.bmp\", \"label\": \"y\"}\n");
        _folder.Write("test.tsv", "path\tclass\npictures/4.bmp\tx\n");
        ImageDataset data = Load();
        Assert.Equal(["x", "y"], data.Labels.Names);
        Assert.Equal([0, 1, 2, 3, 4], data.Train.Concat(data.Dev).Concat(data.Test).Select(Red));
        Assert.Equal([2L, 3, 4], data.Train.Select(e => e.Line));
        string table = _folder.Write("own.csv", "where,what\n0.bmp,x\n1.bmp,y\n");
        var options = new ImageDatasetOptions { PathColumn = "where", LabelColumn = "what", ImageRoot = _folder.File("pictures"), DevFraction = 0, TestFraction = 0 };
        Assert.Equal([0, 1], ImageDataset.Load(table, options).Train.Select(Red));
    }

    [Fact]
    public void Idx_files_are_found_by_name_and_their_labels_named()
    {
        _folder.Write("train-images-idx3-ubyte.gz", SmallPictures.Idx([3, 1, 1], [10, 20, 30]));
        _folder.Write("train-labels-idx1-ubyte.gz", SmallPictures.Idx([3], [1, 0, 1]));
        _folder.Write("t10k-images-idx4-ubyte.gz", SmallPictures.Idx([1, 1, 1, 3], [1, 2, 3]));
        _folder.Write("t10k-labels-idx1-ubyte.gz", SmallPictures.Idx([1], [0]));
        _folder.Write("label2idx.json", "{\"zero\":0,\"one\":1}");
        ImageDataset data = Load(new ImageDatasetOptions { DevFraction = 0 });
        Assert.Equal(["one", "zero", "one"], data.Train.Select(e => e.Label));
        Assert.Equal([10, 20, 30], data.Train.Select(Red));
        Assert.Equal<byte>([1, 2, 3], Assert.Single(data.Test).Source.Load().Pixels);
        Assert.Equal([1, 2], data.TrainCounts);
    }

    [Fact]
    public void Cifar_batches_are_one_part()
    {
        _folder.Write("data_batch_1.bin", [.. SmallPictures.Cifar(3, 10), .. SmallPictures.Cifar(9, 20)]);
        _folder.Write("data_batch_2.bin", [.. SmallPictures.Cifar(3, 30)]);
        _folder.Write("test_batch.bin", [.. SmallPictures.Cifar(9, 40)]);
        _folder.Write("batches.meta.txt", string.Join('\n', "airplane automobile bird cat deer dog frog horse ship truck".Split(' ')) + "\n\n");
        ImageDataset data = Load(new ImageDatasetOptions { DevFraction = 0 });
        Assert.Equal(["cat", "truck", "cat"], data.Train.Select(e => e.Label));
        Assert.Equal([10, 20, 30, 40], data.Train.Concat(data.Test).Select(Red));
        Assert.Equal(10, data.Labels.Count);
        Assert.Equal(["8 of 10 classes have no training example."], data.Notes);
    }

    [Fact]
    public void The_fingerprint_follows_contents_and_labels_and_not_names()
    {
        _folder.Add("a/1.bmp", 1);
        _folder.Add("b/2.bmp", 2);
        string first = Load().Fingerprint;
        Assert.Equal(64, first.Length);
        File.Move(_folder.File("b/2.bmp"), _folder.File("b/3.bmp"));
        Assert.Equal(first, Load().Fingerprint);
        _folder.Add("b/3.bmp", 3);
        Assert.NotEqual(first, Load().Fingerprint);
        _folder.Add("b/3.bmp", 2);
        Directory.Move(_folder.File("b"), _folder.File("c"));
        Assert.NotEqual(first, Load().Fingerprint);
        Directory.Move(_folder.File("c"), _folder.File("b"));
        Assert.Equal(first, Load().Fingerprint);
    }

    [Fact]
    public void Bad_pictures_are_reported_with_their_part()
    {
        _folder.Add("train/a/1.bmp", 1);
        _folder.Add("train/b/2.bmp", 2);
        _folder.Add("dev/b/3.bmp", 3);
        _folder.Write("train/b/0.png", "no picture");
        _folder.Add("test/a/4.bmp", 4);
        _folder.Add("test/a/5.bmp", 5);
        File.WriteAllBytes(_folder.File("test/a/5.bmp"), SmallPictures.Bmp(5)[..56]);
        IReadOnlyList<(SplitPart Part, BadPicture Picture)> bad = Load().FindBadPictures(cancellation: TestContext.Current.CancellationToken);
        Assert.Equal([(SplitPart.Train, 1), (SplitPart.Test, 1)], bad.Select(b => (b.Part, b.Picture.Index)));
        Assert.StartsWith($"{_folder.File("train/b/0.png")}: no picture of a known kind", bad[0].Picture.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_unseen_in_training_are_refused_or_left_out()
    {
        _folder.Add("train/a/1.bmp", 1);
        _folder.Add("train/b/2.bmp", 2);
        _folder.Add("test/a/3.bmp", 3);
        _folder.Add("test/c/4.bmp", 4);
        Assert.StartsWith($"{_folder.File("test")}: 1 row has a label unseen in training: 'c' (1)", Fault(_folder.Path), StringComparison.Ordinal);
        Assert.Equal([3], Load(new ImageDatasetOptions { UnknownLabels = UnknownLabels.Drop, DevFraction = 0 }).Test.Select(Red));
    }

    [Fact]
    public void Faults_are_named()
    {
        Assert.Equal($"{_folder.Path}: the folder is empty; expected one folder of pictures a class, or train, dev and test folders of such", Fault(_folder.Path));
        _folder.Write("notes.md", "x");
        Assert.StartsWith($"{_folder.Path}: there is no class folder in it; expected", Fault(_folder.Path), StringComparison.Ordinal);
        Directory.CreateDirectory(_folder.File("a"));
        Assert.StartsWith($"{_folder.Path}: no picture in its 1 folder; expected PNG", Fault(_folder.Path), StringComparison.Ordinal);
        _folder.Add("a/1.bmp", 1);
        Assert.Equal($"{_folder.Path}: only one class, 'a', in 1 training pictures; a classifier needs pictures of at least two classes: one folder, or one label, a class", Fault(_folder.Path));
        Assert.Equal($"{_folder.File("none")}: no such file or folder; check the name", Fault(_folder.File("none")));
        Assert.StartsWith($"{_folder.File("notes.md")}: this is no file that holds or names many pictures; give a folder", Fault(_folder.File("notes.md")), StringComparison.Ordinal);
        string table = _folder.Write("t.csv", "path,label\na/1.bmp,x\nb/2.bmp,y\n");
        Assert.Equal($"{table}:3: there is no picture 'b/2.bmp'; looked in '{_folder.Path}': correct the line, or say where its paths start with --image-root", Fault(table));
        Assert.StartsWith($"{_folder.File("u.csv")}:1: no column looks like the path (known names: path, image,", Fault(_folder.Write("u.csv", "where,label\nx,y\n")), StringComparison.Ordinal);
    }

    [Fact]
    public void Counts_that_differ_and_missing_labels_are_named()
    {
        string images = _folder.Write("train-images-idx3-ubyte.gz", SmallPictures.Idx([3, 1, 1], [10, 20, 30]));
        Assert.Equal($"{images}: there is no file of labels beside it; expected train-labels-idx1-ubyte.gz", Fault(_folder.Path));
        string labels = _folder.Write("train-labels-idx1-ubyte.gz", SmallPictures.Idx([2], [1, 0]));
        Assert.Equal($"{labels}: 2 labels; {images} has 3 images: give the two files of one part", Fault(_folder.Path));
        _folder.Write("label2idx.json", "{\"zero\":0,\"one\":1}");
        _folder.Write("train-labels-idx1-ubyte.gz", SmallPictures.Idx([3], [1, 0, 2]));
        Assert.Contains("the label '2' of", Fault(_folder.Path), StringComparison.Ordinal);
        _folder.Write("train.csv", "path,label\n");
        Assert.Contains("could both be the train part; keep one of them", Fault(_folder.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_tail_is_cut_out_of_a_balanced_set()
    {
        ImageExample[] all = [.. Enumerable.Range(0, 60).Select(i => new ImageExample(new FileImageSource($"{i}"), $"{i % 3}"))];
        IReadOnlyList<ImageExample> tail = LongTailSampler.SampleImages(all, new LabelSet(["0", "1", "2"]), LongTailProfile.Exponential(20, 10, 3), seed: 1);
        Assert.Equal([20, 6, 2], tail.CountBy(e => e.Label).OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => c.Value));
        Assert.Equal(tail.OrderBy(e => int.Parse(e.Source.Name)), tail);
    }

    [Theory]
    [InlineData("mnist-10k", 7000, 1000, 2000, 28)]
    [InlineData("cifar10-small", 5000, 500, 1000, 32)]
    [InlineData("semeion", 1123, 159, 311, 16)]
    public void Real_sets_are_loaded(string name, int train, int dev, int test, int size)
    {
        ImageDataset data = ImageDataset.Load(SharedData.Folder(name), new ImageDatasetOptions());
        Assert.Equal((10, train, dev, test), (data.Labels.Count, data.Train.Count, data.Dev.Count, data.Test.Count));
        Picture picture = data.Train[^1].Source.Load();
        Assert.Equal((size, size), (picture.Height, picture.Width));
        Assert.Empty(data.Notes);
        Assert.Empty(data.FindBadPictures(cancellation: TestContext.Current.CancellationToken));
    }

    private ImageDataset Load(ImageDatasetOptions? options = null) => ImageDataset.Load(_folder.Path, options ?? new ImageDatasetOptions());

    private static string Fault(string path) => Assert.Throws<InputException>(() => ImageDataset.Load(path, new ImageDatasetOptions())).Message;

    private static int Red(ImageExample example) => example.Source.Load().Pixels[0];

    private static int Number(ImageExample example) => int.Parse(Path.GetFileNameWithoutExtension(example.Source.Name));
}
