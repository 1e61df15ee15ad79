using Tailor.Foundation;
using Tailor.Imaging;

namespace Tailor.Data.Tests;

public sealed class ImageDatasetWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Files_are_written_as_tables_that_keep_labels_of_any_kind()
    {
        string[] labels = ["2", "a, \"b\"", "1 2", "0"];
        foreach ((int i, string label) in labels.Index())
        {
            _folder.Add($"pictures/{i}  x,y/ {i}.bmp", i);
        }

        ImageExample[] examples = [.. labels.Select((label, i) => new ImageExample(new FileImageSource(_folder.File($"pictures/{i}  x,y/ {i}.bmp")), label))];
        var data = ImageDataset.Create(new LabelSet(labels), examples, examples[..2], []);
        string path = _folder.File("written");
        ImageDatasetWriter.Write(path, data);
        ImageDataset read = ImageDataset.Load(path, new ImageDatasetOptions());
        Assert.Equal(labels, read.Labels.Names);
        Assert.Equal(labels, read.Train.Select(e => e.Label));
        Assert.Equal([0, 1, 2, 3, 0, 1], read.Train.Concat(read.Dev).Select(Red));
        Assert.Equal(data.Fingerprint, read.Fingerprint);
    }

    [Fact]
    public void Colours_of_cifar_come_back_from_the_idx_files()
    {
        _folder.Write("data_batch_1.bin", [3, .. Enumerable.Range(0, 3072).Select(i => (byte)(i * 7)), 5, .. Enumerable.Range(0, 3072).Select(i => (byte)(i * 11))]);
        ImageDataset data = ImageDataset.Load(_folder.Path, new ImageDatasetOptions { DevFraction = 0 });
        string path = _folder.File("written");
        ImageDatasetWriter.Write(path, data);
        ImageDataset read = ImageDataset.Load(path, new ImageDatasetOptions { DevFraction = 0 });
        Assert.Equal(["label2idx.json", "train-images-idx4-ubyte.gz", "train-labels-idx1-ubyte.gz"], Directory.GetFiles(path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(data.Labels.Names, read.Labels.Names);
        Assert.Equal(["3", "5"], read.Train.Select(e => e.Label));
        Assert.All(data.Train.Zip(read.Train), pair => Assert.Equal(pair.First.Source.Load().Pixels, pair.Second.Source.Load().Pixels));
    }

    [Fact]
    public void Pictures_of_both_sorts_in_one_part_and_two_sizes_are_refused()
    {
        _folder.Add("1.bmp", 1);
        PixelBlock small = IdxFile.ReadImages(_folder.Write("a", SmallPictures.Idx([2, 1, 1], [1, 2]))), large = IdxFile.ReadImages(_folder.Write("b", SmallPictures.Idx([1, 1, 2], [1, 2])));
        Assert.Contains("give a set of one sort", Fault(new FileImageSource(_folder.File("1.bmp")), small[0]), StringComparison.Ordinal);
        Assert.Contains("2 x 1 pixels beside 1 x 1", Fault(small[1], large[0]), StringComparison.Ordinal);
    }

    private string Fault(ImageSource first, ImageSource second)
    {
        var data = ImageDataset.Create(new LabelSet(["a", "b"]), [new ImageExample(first, "a"), new ImageExample(second, "b")], [], []);
        return Assert.Throws<InputException>(() => ImageDatasetWriter.Write(_folder.File("written"), data)).Message;
    }

    private static int Red(ImageExample example) => example.Source.Load().Pixels[0];
}
