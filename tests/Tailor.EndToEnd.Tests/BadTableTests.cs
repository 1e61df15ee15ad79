using System.Text;

namespace Tailor.EndToEnd.Tests;

/// <summary>Faulty tables given to <c>tailor train</c>: one line that says where and what, exit code 2, and no run folder.</summary>
public sealed class BadTableTests
{
    private const string Good = "text,label\nfirst,a\nsecond,b\nthird,a\nfourth,b\n";

    public static TheoryData<string, byte[]?, string[], string[]> Cases { get; } = new()
    {
        { "missing file", null, [], ["rows.csv", "no such"] },
        { "empty file", [], [], ["rows.csv", "empty"] },
        { "header only", "text,label\n"u8.ToArray(), [], ["rows.csv", "no rows"] },
        { "no such column", Bytes(Good), ["--text-column", "txt"], ["rows.csv:1", "'txt'", "did you mean 'text'", "'label'"] },
        { "one class only", Bytes("text,label\nfirst,a\nsecond,a\n"), [], ["rows.csv", "one class", "'a'"] },
        { "too many fields", Bytes(Good + "fifth,a,what\n"), [], ["rows.csv:6", "3 fields", "2"] },
        { "invalid UTF-8", [.. Bytes(Good), 0x78, 0xff, 0x2c, 0x61, 0x0a], [], ["rows.csv", $"offset {Good.Length + 1}"] },
        { "label missing", Bytes(Good + "fifth,\n"), [], ["rows.csv:6", "label"] },
        { "NUL byte", [.. Bytes(Good), 0x78, 0x00, 0x2c, 0x61, 0x0a], [], ["rows.csv", "NUL", $"offset {Good.Length + 1}"] },
        { "10 MB field", Bytes(Good + new string('x', 10_000_000) + ",a\n"), [], ["rows.csv:6", "characters"] },
        { "open quote", Bytes(Good + "\"fifth,a\n"), [], ["rows.csv:6", "quote"] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_faulty_table_is_refused_in_one_line(string name, byte[]? content, string[] options, string[] expected)
    {
        using var folder = new TemporaryFolder();
        if (content is not null)
        {
            folder.Write("rows.csv", content);
        }

        string[] before = folder.Entries;
        string[] args = ["train", "--data", "rows.csv", "--model", "model", "--out", "run", .. options];
        ProcessResult result = TailorProcess.Run(args, input: null, folder.Path);
        Refusal.Check(result, [.. expected]);
        Assert.Equal(before, folder.Entries);
        BadInputPage.Check("Tables", name, args, result, folder.Path);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
