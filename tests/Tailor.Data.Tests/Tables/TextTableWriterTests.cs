using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Tailor.Foundation;

namespace Tailor.Data.Tests;

public sealed class TextTableWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Property(Arbitrary = [typeof(DifficultText)], MaxTest = 60)]
    public void What_is_written_is_read_back(DifficultText[] texts, bool pairs)
    {
        foreach (string extension in new[] { "csv", "tsv", "jsonl" })
        {
            TextExample[] rows = [.. texts.Append(new DifficultText("")).Select((t, i) => new TextExample(t.Value, pairs ? t.Value + i : null, $"\"{t.Value}{i}", 0))];
            string path = _folder.File("table." + extension);
            TextTableWriter.Write(path, rows, pairs);
            Assert.Equal(rows, TextTable.Read(path, new TableOptions()).Select(r => r with { Line = 0 }));
            Assert.Equal(pairs ? ["text_a", "text_b", "label"] : ["text", "label"], TextTable.Columns(path));
        }
    }

    [Property(Arbitrary = [typeof(DifficultText)], MaxTest = 40)]
    public void Texts_alone_are_read_back(DifficultText[] texts)
    {
        TextExample[] rows = [.. texts.Append(new DifficultText("")).Select(t => new TextExample(t.Value, null, null, 0))];
        string path = _folder.File("table.csv");
        TextTableWriter.Write(path, rows, withLabels: false);
        Assert.Equal(rows, TextTable.Read(path, new TableOptions { RequireLabels = false }).Select(r => r with { Line = 0 }));
    }

    [Property(Arbitrary = [typeof(DifficultText)], MaxTest = 40)]
    public void Each_row_knows_the_line_on_which_it_starts(DifficultText[] texts)
    {
        TextExample[] rows = [.. texts.Append(new DifficultText("x")).Select(t => new TextExample(t.Value, null, "x", 0))];
        string path = _folder.File("table.csv");
        TextTableWriter.Write(path, rows);
        long line = 2;
        foreach (TextExample row in TextTable.Read(path, new TableOptions()))
        {
            Assert.Equal(line, row.Line);
            line += 1 + row.Text.Replace("\r\n", "\n", StringComparison.Ordinal).Count(c => c is '\n' or '\r');
        }
    }

    [Fact]
    public void The_form_is_what_other_tools_expect()
    {
        TextExample[] rows = [new("say \"hi\", you", null, "x", 0), new("語\nb", null, "y", 0)];
        TextTableWriter.Write(_folder.File("a.csv"), rows);
        TextTableWriter.Write(_folder.File("a.jsonl"), rows);
        Assert.Equal("text,label\n\"say \"\"hi\"\", you\",x\n\"語\nb\",y\n", File.ReadAllText(_folder.File("a.csv")));
        Assert.Equal("{\"text\":\"say \\\"hi\\\", you\",\"label\":\"x\"}\n{\"text\":\"語\\nb\",\"label\":\"y\"}\n", File.ReadAllText(_folder.File("a.jsonl")));
    }

    [Fact]
    public void A_failure_leaves_nothing_behind()
    {
        Assert.Throws<InputException>(() => TextTableWriter.Write(_folder.File("a.xlsx"), []));
        Assert.Throws<ArgumentException>(() => TextTableWriter.Write(_folder.File("a.csv"), [new("a", null, "x", 0), new("b", null, null, 0)]));
        Assert.Throws<ArgumentException>(() => TextTableWriter.Write(_folder.File("a.jsonl"), [new("a", null, "x", 0)], withPairs: true));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    /// <summary>Texts made of what breaks tables: quotes, delimiters, line breaks of all kinds, blanks and characters of every length in UTF-8.</summary>
    public sealed record DifficultText(string Value)
    {
        private static readonly string[] Parts = ["\"", "\"\"", ",", "\t", "\n", "\r\n", "\r", " ", "a", "é", "語", "😀", "\\", "'", ";", "#", "{", "\uFEFF", "\u0085", "\u2028"];

        public static Arbitrary<DifficultText> Texts() => Gen.Elements(Parts).ArrayOf().Select(p => new DifficultText(string.Concat(p))).ToArbitrary();
    }
}
