using Tailor.Foundation;
using Xunit;

namespace Tailor.Evaluation.Tests;

public sealed class PredictionFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"tailor-{Guid.NewGuid():N}.jsonl");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void What_is_written_is_read_back_with_long_texts_cut()
    {
        string cut = new string('x', PredictionFile.TextLength - 1);
        ScoredExample[] examples = [new("two\nlines \"quoted\" 病", 1, 0, 0.75, 0.25), new(cut + "😀 and more", 0, 0, null, null)];
        PredictionFile.Write(_path, ["a", "b c"], examples);
        (IReadOnlyList<string> labels, IReadOnlyList<ScoredExample> read) = PredictionFile.Read(_path);
        Assert.Equal(["a", "b c"], labels);
        Assert.Equal([examples[0], examples[1] with { Text = cut }], read);
    }

    [Theory]
    [InlineData("", "line 0: not a line of predictions (empty)")]
    [InlineData("{\"labels\":[\"a\"]}\n{\"text\":\"t\",\"gold\":0,\"predicted\":1}\n", "line 2: not a line of predictions (a class that the header does not name)")]
    [InlineData("{\"labels\":[\"a\"]}\nnonsense\n", "line 2: not a line of predictions")]
    public void A_damaged_file_is_named_with_its_line(string content, string expected)
    {
        File.WriteAllText(_path, content);
        Assert.Contains(expected, Assert.Throws<InputException>(() => PredictionFile.Read(_path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_said_so() => Assert.Contains("no such file", Assert.Throws<InputException>(() => PredictionFile.Read(_path + ".none")).Message, StringComparison.Ordinal);
}
