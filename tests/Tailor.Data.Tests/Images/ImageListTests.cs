using Tailor.Foundation;

namespace Tailor.Data.Tests;

public sealed class ImageListTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ImageListTests()
    {
        for (int i = 0; i < 12; i++)
        {
            _folder.Add($"data/pic {i}.bmp", i);
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Numbered_classes_keep_the_order_of_their_numbers()
    {
        _folder.Write("Places_LT_train.txt", "data/pic 0.bmp 10\ndata/pic 1.bmp 2\r\n\n  data/pic 2.bmp\t2  \n");
        _folder.Write("Places_LT_val.txt", "data/pic 3.bmp 10\n");
        _folder.Write("Places_LT_test.txt", "data/pic 4.bmp 2");
        ImageDataset data = Load();
        Assert.Equal(["2", "10"], data.Labels.Names);
        Assert.Equal([0, 1, 2, 3, 4], data.Train.Concat(data.Dev).Concat(data.Test).Select(e => (int)e.Source.Load().Pixels[0]));
        Assert.Equal([1, 0, 0], data.LabelIds(data.Train));
        Assert.Equal([1L, 2, 4], data.Train.Select(e => e.Line));
    }

    [Fact]
    public void Names_are_labels_too_and_a_label_file_names_numbers()
    {
        _folder.Write("train.txt", "data/pic 0.bmp dog\ndata/pic 1.bmp cat\ndata/pic 2.bmp 7\n");
        Assert.Equal(["dog", "cat", "7"], Load(noDev: true).Labels.Names);
        _folder.Write("label2idx.json", "{\"cat\":0,\"dog\":1,\"emu\":2}");
        _folder.Write("train.txt", "data/pic 0.bmp 1\ndata/pic 1.bmp 0\n");
        Assert.Equal(["dog", "cat"], Load(noDev: true).Train.Select(e => e.Label));
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        _folder.Write("all.txt", string.Concat(Enumerable.Range(0, 12).Select(i => $"data/pic {i}.bmp {(i % 3 == 0 ? "x" : "y")}\n")));
        ImageDataset data = ImageDataset.Load(_folder.File("all.txt"), new ImageDatasetOptions());
        Directory.CreateDirectory(_folder.File("lists"));
        ImageList.Write(_folder.File("lists/train.txt"), data.Train);
        ImageList.Write(_folder.File("lists/dev.txt"), data.Dev);
        ImageList.Write(_folder.File("lists/test.txt"), data.Test);
        _folder.Write("lists/label2idx.json", $"{{\"{data.Labels.Names[0]}\":0,\"{data.Labels.Names[1]}\":1}}");
        ImageDataset again = ImageDataset.Load(_folder.File("lists"), new ImageDatasetOptions());
        Assert.Equal(data.Train.Select(e => (e.Label, Path.GetFileName(e.Source.Name))), again.Train.Select(e => (e.Label, Path.GetFileName(e.Source.Name))));
        Assert.Equal(data.Fingerprint, again.Fingerprint);
        Assert.StartsWith("../data/pic ", File.ReadAllText(_folder.File("lists/dev.txt")), StringComparison.Ordinal);
        ImageList.Write(_folder.File("numbers.txt"), data.Dev, data.Labels);
        Assert.Equal(data.LabelIds(data.Dev).Select(id => $"{id}"), File.ReadLines(_folder.File("numbers.txt")).Select(l => l.Split(' ')[^1]));
    }

    [Fact]
    public void Faults_are_named_with_their_line()
    {
        string list = _folder.Write("train.txt", "data/pic 0.bmp 1\ndata/none.bmp 2\n");
        Assert.Equal($"{list}:2: there is no picture 'data/none.bmp'; looked in '{_folder.Path}': correct the line, or say where its paths start with --image-root", Fault());
        _folder.Write("train.txt", "alone\n");
        Assert.Equal($"{list}:1: 'alone' has no label; expected a path, a space and a label, such as 'beach/1.jpg 17'", Fault());
        _folder.Write("train.txt", "\n\n");
        Assert.Equal($"{list}: the list has no line; give a path and a label a line", Fault());
        _folder.Write("train.txt", [0, 1, 2, 3]);
        Assert.StartsWith($"{list}:1: NUL byte at byte offset 0", Fault(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_list_cannot_hold_is_refused()
    {
        var spaced = new ImageExample(new Imaging.FileImageSource(_folder.File("data/pic 0.bmp")), "two words");
        Assert.Contains("the label 'two words' holds a space; write the labels as numbers", Assert.Throws<InputException>(() => ImageList.Write(_folder.File("l.txt"), [spaced])).Message, StringComparison.Ordinal);
        _folder.Write("a-images-idx3", SmallPictures.Idx([1, 1, 1], [1]));
        var inside = new ImageExample(Imaging.IdxFile.ReadImages(_folder.File("a-images-idx3"))[0], "x");
        Assert.Contains("this picture has no file of its own", Assert.Throws<InputException>(() => ImageList.Write(_folder.File("l.txt"), [inside])).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("l.txt")));
    }

    private ImageDataset Load(bool noDev = false) => ImageDataset.Load(_folder.Path, new ImageDatasetOptions { DevFraction = noDev ? 0 : 0.1 });

    private string Fault() => Assert.Throws<InputException>(() => Load()).Message;
}
