using Tailor.Foundation;

namespace Tailor.Data.Tests;

public sealed class LabelSetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Labels_come_in_the_order_of_first_appearance()
    {
        var labels = LabelSet.FromExamples([new("", null, "b", 2), new("", null, "a", 3), new("", null, null, 4), new("", null, "b", 5)]);
        Assert.Equal(["b", "a"], labels.Names);
        Assert.Equal((1, -1, -1), (labels.IndexOf("a"), labels.IndexOf("c"), labels.IndexOf("A")));
    }

    [Fact]
    public void A_label_file_gives_the_order()
    {
        string path = _folder.Write("label2idx.json", "{\"x\": 1, \"y\": 2, \"語\": 0}");
        Assert.Equal(["語", "x", "y"], LabelSet.Read(path).Names);
    }

    [Theory]
    [InlineData("{\"x\": 0, \"y\": 2}", "PATH: y: index 2; 2 labels need the indices 0 to 1")]
    [InlineData("{\"x\": 0, \"y\": 0}", "PATH: y: index 0 stands at 'x' too; give each label its own index")]
    [InlineData("{\"x\": 0, \"y\": \"1\"}", "PATH: y: index \"1\"; 2 labels need the indices 0 to 1")]
    [InlineData("{\"x\": 0, \"x\": 1}", "PATH:1: not valid JSON")]
    [InlineData("{\n\"x\": 0,\n", "PATH:3: not valid JSON")]
    [InlineData("[]", "PATH: this is no JSON object")]
    [InlineData("{}", "PATH: no labels")]
    public void A_faulty_label_file_is_refused(string content, string expected)
    {
        string path = _folder.Write("label2idx.json", content);
        string message = Assert.Throws<InputException>(() => LabelSet.Read(path)).Message;
        Assert.StartsWith(expected.Replace("PATH", path, StringComparison.Ordinal), message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_label_file_is_named() =>
        Assert.StartsWith(_folder.File("none.json"), Assert.Throws<InputException>(() => LabelSet.Read(_folder.File("none.json"))).Message, StringComparison.Ordinal);
}
