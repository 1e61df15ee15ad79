using Tailor.Foundation;

namespace Tailor.Data.Tests;

public sealed class UnlabelledPicturesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public UnlabelledPicturesTests()
    {
        _folder.Add("p/b/1.bmp", 1);
        _folder.Add("p/a/2 3.bmp", 2);
        _folder.Add("p/3.bmp", 3);
        _folder.Write("p/readme.md", "text");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_gives_its_pictures_at_any_depth_in_the_order_of_their_paths() => Assert.Equal([3, 2, 1], Reds("p"));

    [Theory]
    [InlineData("x.txt", "p/b/1.bmp\np/a/2 3.bmp\n\n")]
    [InlineData("x.txt", "p/b/1.bmp 7\np/a/2 3.bmp\tcat\n")]
    [InlineData("x.csv", "image\np/b/1.bmp\np/a/2 3.bmp\n")]
    [InlineData("x.csv", "label,path\n,p/b/1.bmp\n,p/a/2 3.bmp\n")]
    public void Lists_and_tables_need_no_labels(string name, string content)
    {
        _folder.Write(name, content);
        Assert.Equal([1, 2], Reds(name));
    }

    [Fact]
    public void Idx_images_need_no_file_of_labels()
    {
        _folder.Write("t10k-images-idx3-ubyte.gz", SmallPictures.Idx([3, 1, 1], [10, 20, 30]));
        Assert.Equal([10, 20, 30], Reds("t10k-images-idx3-ubyte.gz"));
    }

    [Fact]
    public void Faults_are_named()
    {
        Directory.CreateDirectory(_folder.File("empty"));
        Assert.Contains("no picture in the folder", Fault("empty"), StringComparison.Ordinal);
        Assert.Contains("no such file or folder", Fault("none"), StringComparison.Ordinal);
        _folder.Write("x.txt", "p/3.bmp\np/4.bmp 5\n");
        Assert.Contains("x.txt:2: there is no picture 'p/4.bmp'", Fault("x.txt"), StringComparison.Ordinal);
        _folder.Write("x.txt", "\n");
        Assert.Contains("the list has no line", Fault("x.txt"), StringComparison.Ordinal);
    }

    private int[] Reds(string name) => [.. UnlabelledPictures.Find(_folder.File(name), new ImageDatasetOptions()).Select(source => (int)source.Load().Pixels[0])];

    private string Fault(string name) => Assert.Throws<InputException>(() => UnlabelledPictures.Find(_folder.File(name), new ImageDatasetOptions())).Message;
}
