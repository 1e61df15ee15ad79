using System.Text;
using Tailor.Foundation;

namespace Tailor.Data.Tests;

/// <summary>Every fault of a table and the one line it gives.</summary>
public sealed class TextTableFaultTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a.csv", "", "PATH: the file is empty; give a table with a header line and rows")]
    [InlineData("a.csv", "\uFEFF", "PATH: the file has only blank lines; give a table with a header line and rows")]
    [InlineData("a.csv", "\n\n", "PATH: the file has only blank lines; give a table with a header line and rows")]
    [InlineData("a.jsonl", "\n\n", "PATH: the file has a header and no rows; give at least one row")]
    [InlineData("a.csv", "text,label\n", "PATH: the file has a header and no rows; give at least one row")]
    [InlineData("a.csv", "txt,label\na,x\n", "PATH:1: no column looks like the text (known names: text, text_a, sentence, sentence1, content, body, message, question, premise, document, title); the columns are 'txt', 'label': name one with --text-column")]
    [InlineData("a.csv", "text,mark\na,x\n", "PATH:1: no column looks like the label (known names: label, class, category, intent, target, topic, y); the columns are 'text', 'mark': name one with --label-column")]
    [InlineData("a.csv", "text,text,label\na,b,x\n", "PATH:1: two columns are named 'text'; rename one of them")]
    [InlineData("a.csv", "text,label\na,x\nb,y,z\n", "PATH:3: 3 fields where the header has 2; put a field that holds a ',' or a line break in double quotes")]
    [InlineData("a.tsv", "text\tlabel\n\"a\nb\"\tx\nb\ty\tz\n", "PATH:4: 3 fields where the header has 2; put a field that holds a tab or a line break in double quotes")]
    [InlineData("a.csv", "text,label\na,x\nb\n", "PATH:3: 1 field where the header has 2; complete the row or remove it")]
    [InlineData("a.csv", "text,label\na,x\n\"b,y\nc,z\n", "PATH:3: a double quote opens a field here and is never closed; close it, and double each quote inside the field")]
    [InlineData("a.csv", "text,label\n\"two\nlines\",\"x\n", "PATH:3: a double quote opens a field here and is never closed; close it, and double each quote inside the field")]
    [InlineData("a.csv", "text,label\nb,\"y\"\"", "PATH:2: a double quote opens a field here and is never closed; close it, and double each quote inside the field")]
    [InlineData("a.csv", "text,label\n\"a \"word\" b\",x\n", "PATH:2: a field in double quotes goes on after its closing quote; double each quote inside the field")]
    [InlineData("a.csv", "text,label\nb,\"y\nz,\"w\"\n", "PATH:2: a field in double quotes goes on after its closing quote on line 3; double each quote inside the field")]
    [InlineData("a.csv", "text,label\na,x\nb,\nc,z\n", "PATH:3: label: the label is missing; give every row a label or remove the row")]
    [InlineData("a.csv", "text,label\na,x\nb, \n", "PATH:3: label: the label is missing; give every row a label or remove the row")]
    [InlineData("a.csv", "text,label\na,x\nb\0,y\n", "PATH:3: NUL byte at byte offset 16; a text table holds none: is this a binary file, or a damaged one?")]
    [InlineData("a.jsonl", "{\"text\":\"a\",\"label\":\"x\"}\n{\"text\":\"b\",\n", "PATH:2: not valid JSON at byte 11 of the line")]
    [InlineData("a.jsonl", "{\"text\":\"é\" \"label\"}\n", "PATH:1: not valid JSON at byte 13 of the line")]
    [InlineData("a.jsonl", "{\"text\":\"a\",\"label\":\"x\",\"text\":\"b\"}\n", "PATH:1: not valid JSON")]
    [InlineData("a.jsonl", "{\"text\":\"a\",\"label\":\"x\"}\n[1]\n", "PATH:2: found an array; expected one JSON object a line, such as {\"text\": \"...\", \"label\": \"...\"}")]
    [InlineData("a.jsonl", "{\"text\":\"a\",\"label\":\"x\"}\n{\"label\":\"x\"}\n", "PATH:2: text: the key is missing; every object needs it")]
    [InlineData("a.jsonl", "{\"text\":\"a\",\"label\":\"x\"}\n{\"text\":\"b\"}\n", "PATH:2: label: the label is missing; give every row a label or remove the row")]
    [InlineData("a.jsonl", "{\"text\":7,\"label\":\"x\"}\n", "PATH:1: text: found a number; expected a string")]
    [InlineData("a.jsonl", "{\"text\":\"a\",\"label\":[\"x\"]}\n", "PATH:1: label: found an array; expected a string, a number or a boolean")]
    [InlineData("a.jsonl", "{\"text\":\"\\ud800\",\"label\":\"x\"}\n", "PATH:1: text: the string holds half a surrogate pair; write the character itself or both \\u escapes")]
    [InlineData("a.json", "[{\"text\":\"a\"}]", "PATH:1: the file starts with '[' like one JSON array; give CSV, TSV or JSON Lines (one object a line, .jsonl)")]
    public void A_fault_names_its_place(string name, string content, string expected)
    {
        string path = _folder.Write(name, content);
        Assert.StartsWith(expected.Replace("PATH", path, StringComparison.Ordinal), Fault(path), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_named()
    {
        string path = _folder.File("none.csv");
        Assert.Equal($"{path}: no such file; check the name", Fault(path));
        Assert.Equal($"{_folder.Path}: this is a folder; give the file itself", Fault(_folder.Path));
    }

    [Fact]
    public void A_missing_named_column_lists_the_columns_and_the_nearest()
    {
        string path = _folder.Write("a.csv", "body,label,id\na,x,1\n");
        Assert.Equal($"{path}:1: no column 'boddy' (did you mean 'body'?); the columns are 'body', 'label', 'id': name one with --text-column", Fault(path, new TableOptions { TextColumn = "boddy" }));
        Assert.StartsWith($"{path}:1: no column 'second'; the columns", Fault(path, new TableOptions { PairColumn = "second" }), StringComparison.Ordinal);
        Assert.StartsWith($"{path}:1: no column 'labels' (did you mean 'label'?)", Fault(path, new TableOptions { LabelColumn = "labels", RequireLabels = false }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65_530)]
    [InlineData(200_001)]
    public void Invalid_utf8_is_named_by_its_first_byte(int padding)
    {
        byte[] content = [.. Encoding.UTF8.GetBytes("text,label\n" + new string('é', padding) + "\ncaf"), 0xE9, .. ",x\n"u8];
        string path = _folder.Write("a.csv", content);
        Assert.Equal($"{path}:3: invalid UTF-8 at byte offset {11 + (2 * padding) + 4} (byte 0xE9); save the file as UTF-8 (for instance: iconv -f latin1 -t utf-8)", Fault(path, new TableOptions { LabelColumn = "text" }));
    }

    [Fact]
    public void Utf8_that_is_cut_at_the_end_is_invalid()
    {
        string path = _folder.Write("a.csv", [.. "text,label\na,"u8, 0xE8, 0xAA]);
        Assert.StartsWith($"{path}:2: invalid UTF-8 at byte offset 13 (byte 0xE8)", Fault(path), StringComparison.Ordinal);
    }

    [Fact]
    public void Utf16_is_called_by_its_name()
    {
        string path = _folder.Write("a.csv", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("text,label\na,x\n")]);
        Assert.Equal($"{path}: the file is UTF-16 (by its first two bytes); save it as UTF-8", Fault(path));
    }

    [Theory]
    [InlineData("a.csv", "text,label\nshort,x\n", 10_000_000, ",y\n", "text")]
    [InlineData("a.csv", "text,label,note\nshort,x,\na,y,", 1_000_001, "\n", "note")]
    [InlineData("a.jsonl", "{\"text\":\"short\",\"label\":\"x\"}\n{\"label\":\"y\",\"text\":\"", 1_000_001, "\"}\n", "text")]
    public void A_field_that_is_too_long_is_refused_with_its_length(string name, string before, int length, string after, string field)
    {
        string path = _folder.Write(name, before + new string('w', length) + after);
        int line = name == "a.jsonl" ? 2 : 3;
        Assert.Equal($"{path}:{line}: {field}: a field of {length:N0} characters; at most 1,000,000 are allowed: shorten the field or remove the row", Fault(path));
    }

    [Theory]
    [InlineData("a.csv", "text,label\nshort,x\n\"open")]
    [InlineData("a.jsonl", "{\"text\":\"short\",\"label\":\"x\"}\n\n{\"text\":\"open")]
    public void A_record_without_end_is_refused_before_it_fills_the_memory(string name, string before)
    {
        string path = _folder.Write(name, before + new string('w', 2_000_000));
        Assert.Equal($"{path}:3: the record that starts here is longer than 1,000,000 characters; is a quote never closed?", Fault(path, new TableOptions { MaxFieldLength = 1000 }));
    }

    private static string Fault(string path, TableOptions? options = null)
    {
        string message = Assert.Throws<InputException>(() => TextTable.Read(path, options ?? new TableOptions()).ToArray()).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }
}
