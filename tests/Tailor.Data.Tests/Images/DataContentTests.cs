namespace Tailor.Data.Tests;

public sealed class DataContentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Folders_are_told_by_their_train_part_or_by_the_folders_in_them()
    {
        Assert.Equal(DataKind.Unknown, Kind(""));
        Directory.CreateDirectory(_folder.File("a"));
        Assert.Equal(DataKind.Pictures, Kind(""));
        _folder.Write("train.csv", "text,label\nx,y\n");
        Assert.Equal(DataKind.Texts, Kind(""));
        _folder.Write("train.csv", "image,label\nx,y\n");
        Assert.Equal(DataKind.Pictures, Kind(""));
        _folder.Add("flat/1.bmp", 1);
        Assert.Equal(DataKind.Pictures, Kind("flat"));
    }

    [Theory]
    [InlineData("x.csv", "text,label\nx,y\n", DataKind.Texts)]
    [InlineData("x.csv", "path,label\nx,y\n", DataKind.Pictures)]
    [InlineData("x.csv", "path,text,label\nx,y,z\n", DataKind.Unknown)]
    [InlineData("x.csv", "where,label\nx,y\n", DataKind.Unknown)]
    [InlineData("x.csv", "", DataKind.Unknown)]
    [InlineData("x.jsonl", "{\"file_name\": \"x\", \"label\": \"y\"}\n", DataKind.Pictures)]
    [InlineData("x.txt", "deep/1.bmp 3\n", DataKind.Pictures)]
    [InlineData("x.txt", "deep/1.bmp\n", DataKind.Pictures)]
    [InlineData("x.txt", "deep/2.bmp 3\n", DataKind.Unknown)]
    [InlineData("train-images-idx3-ubyte", "", DataKind.Pictures)]
    [InlineData("deep/1.bmp", null, DataKind.Pictures)]
    [InlineData("none.csv", null, DataKind.Unknown)]
    public void Files_are_told_by_their_names_columns_or_first_line(string name, string? content, DataKind expected)
    {
        _folder.Add("deep/1.bmp", 1);
        if (content is not null)
        {
            _folder.Write(name, content);
        }

        Assert.Equal(expected, Kind(name));
    }

    [Fact]
    public void A_named_column_decides()
    {
        string table = _folder.Write("x.csv", "path,text,label\nx,y,z\n");
        Assert.Equal(DataKind.Pictures, DataContent.KindOf(table, new ImageDatasetOptions { PathColumn = "path" }, new TableOptions()));
        Assert.Equal(DataKind.Texts, DataContent.KindOf(table, new ImageDatasetOptions(), new TableOptions { TextColumn = "path" }));
    }

    private DataKind Kind(string name) => DataContent.KindOf(_folder.File(name), new ImageDatasetOptions(), new TableOptions());
}
