using System.Text;

namespace Tailor.Data.Tests;

public sealed class TextTableTests : IDisposable
{
    private static readonly TableOptions Unlabelled = new() { RequireLabels = false };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a.csv", "text,label\none,x\ntwo,y\n")]
    [InlineData("a.csv", "text,label\r\none,x\r\ntwo,y\r\n")]
    [InlineData("a.csv", "text,label\none,x\ntwo,y")]
    [InlineData("a.csv", "\uFEFFtext,label\none,x\ntwo,y\n")]
    [InlineData("a.csv", "id,LABEL, Text\n1,x,one\n2,y,two\n")]
    [InlineData("a.csv", "text;label\none;x\ntwo;y\n")]
    [InlineData("a.csv", "\"text\",\"label\"\n\"one\",\"x\"\n\"two\",\"y\"\n")]
    [InlineData("a.csv", "text,label\n\none,x\n\n\ntwo,y\n\n")]
    [InlineData("a.tsv", "text\tlabel\none\tx\ntwo\ty\n")]
    [InlineData("a.txt", "text\tlabel\none\tx\ntwo\ty\n")]
    [InlineData("a.txt", "text,label\none,x\ntwo,y\n")]
    [InlineData("a.dat", "{\"text\":\"one\",\"label\":\"x\"}\n{\"text\":\"two\",\"label\":\"y\"}\n")]
    [InlineData("a.jsonl", "{\"text\":\"one\",\"label\":\"x\"}\r\n\r\n{\"label\":\"y\",\"text\":\"two\"}")]
    [InlineData("a.ndjson", "\uFEFF{\"text\":\"one\",\"label\":\"x\"}\n{\"text\":\"two\",\"label\":\"y\"}\n")]
    public void Every_format_gives_the_same_rows(string name, string content)
    {
        TextExample[] rows = Read(_folder.Write(name, content));
        Assert.Equal([("one", "x"), ("two", "y")], rows.Select(r => (r.Text, r.Label!)));
        Assert.All(rows, r => Assert.Null(r.Pair));
    }

    [Fact]
    public void Quoted_fields_keep_quotes_delimiters_and_line_breaks_and_lines_are_counted()
    {
        string path = _folder.Write("a.tsv", "text\tlabel\r\n\"say \"\"hi\"\"\tand\r\ngo\"\tx\r\n5\" pipe\ty\r\n\r\nlast\tz\r\n");
        TextExample[] rows = Read(path);
        Assert.Equal(["say \"hi\"\tand\r\ngo", "5\" pipe", "last"], rows.Select(r => r.Text));
        Assert.Equal([2L, 4L, 6L], rows.Select(r => r.Line));
    }

    [Theory]
    [InlineData("text_a,text_b,label\nq,p,x\n")]
    [InlineData("sentence1,sentence2,label\nq,p,x\n")]
    [InlineData("premise,hypothesis,class\nq,p,x\n")]
    [InlineData("passage,question,y\np,q,x\n")]
    public void Pairs_are_guessed_from_the_columns(string content) =>
        Assert.Equal([new TextExample("q", "p", "x", 2)], Read(_folder.Write("a.csv", content)));

    [Fact]
    public void A_pair_column_is_not_guessed_beside_a_plain_text_column() =>
        Assert.Equal([new TextExample("q", null, "x", 2)], Read(_folder.Write("a.csv", "text,passage,label\nq,p,x\n")));

    [Fact]
    public void Named_columns_win_over_guesses()
    {
        string path = _folder.Write("a.csv", "text,label,other,second,mark\na,b,c,d,e\n");
        TextExample row = Assert.Single(TextTable.Read(path, new TableOptions { TextColumn = "other", PairColumn = "SECOND", LabelColumn = "mark" }));
        Assert.Equal(new TextExample("c", "d", "e", 2), row);
        Assert.Equal(["text", "label", "other", "second", "mark"], TextTable.Columns(path));
    }

    [Fact]
    public void Labels_are_optional_on_request()
    {
        Assert.Null(Assert.Single(TextTable.Read(_folder.Write("a.csv", "text\none\n"), Unlabelled)).Label);
        Assert.Equal([null, "x"], TextTable.Read(_folder.Write("b.csv", "text,label\none,\ntwo,x\n"), Unlabelled).Select(r => r.Label));
        Assert.Equal([null, null, "x"], TextTable.Read(_folder.Write("c.jsonl", "{\"text\":\"a\",\"label\":null}\n{\"text\":\"b\"}\n{\"text\":\"c\",\"label\":\"x\"}\n"), Unlabelled).Select(r => r.Label));
    }

    [Fact]
    public void Numbers_and_booleans_are_labels_in_json()
    {
        string path = _folder.Write("a.jsonl", "{\"text\":\"a\",\"label\":1}\n{\"text\":\"b\",\"label\":true}\n{\"text\":\"c\",\"label\":2.50}\n");
        Assert.Equal(["1", "true", "2.50"], Read(path).Select(r => r.Label));
    }

    [Fact]
    public void An_empty_text_is_a_text() => Assert.Equal("", Assert.Single(Read(_folder.Write("a.csv", "text,label\n,x\n"))).Text);

    [Fact]
    public void Characters_that_fall_across_a_block_are_read_whole()
    {
        var content = new StringBuilder("text,label\n");
        for (int i = 0; i < 3000; i++)
        {
            content.Append('a', i % 7).Append("語😀é,").Append(i % 3).Append('\n');
        }

        string[] texts = [.. Read(_folder.Write("a.csv", content.ToString())).Select(r => r.Text)];
        Assert.Equal(Enumerable.Range(0, 3000).Select(i => new string('a', i % 7) + "語😀é"), texts);
        string lines = string.Concat(texts.Select(t => $"{{\"text\":\"{t}\",\"label\":1}}\n"));
        Assert.Equal(texts, Read(_folder.Write("a.jsonl", lines)).Select(r => r.Text));
    }

    private static TextExample[] Read(string path) => [.. TextTable.Read(path, new TableOptions())];
}
