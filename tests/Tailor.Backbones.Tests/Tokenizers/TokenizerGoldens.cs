using System.Text.Json;

namespace Tailor.Backbones.Tests;

/// <summary>Reference tokenisations: from the folder TAILOR_GOLDENS names, else from shared/goldens beside the repository, else the repository's own few.</summary>
internal static class TokenizerGoldens
{
    public sealed record Case(string Text, string? Pair, int? MaxLength, bool AddSpecial, int[] Ids, int[] TypeIds, (int, int)[] Offsets, bool[] Special, string[] Tokens)
    {
        public EncodeOptions Options => new() { MaxLength = MaxLength, AddSpecialTokens = AddSpecial };
    }

    public static string Repository { get; } = Above(d => File.Exists(Path.Combine(d, "Tailor.slnx"))) ?? throw new InvalidOperationException("The repository's root is not above the tests.");

    public static string? Shared { get; } = Above(d => Directory.Exists(Path.Combine(d, "shared"))) is { } root ? Path.Combine(root, "shared") : null;

    private static string Folder => new[] { Environment.GetEnvironmentVariable("TAILOR_GOLDENS"), Shared is null ? null : Path.Combine(Shared, "goldens"), Path.Combine(Repository, "tests", "goldens") }
        .First(d => d is not null && Directory.Exists(Path.Combine(d, "tokenizers")))!;

    public static IEnumerable<Case> Cases(string name)
    {
        foreach (string line in File.ReadLines(Path.Combine(Folder, "tokenizers", $"{name}.jsonl")))
        {
            using var json = JsonDocument.Parse(line);
            JsonElement c = json.RootElement;
            yield return new Case(
                c.GetProperty("text").GetString()!,
                c.GetProperty("pair").GetString(),
                c.GetProperty("max_length").ValueKind == JsonValueKind.Null ? null : c.GetProperty("max_length").GetInt32(),
                c.GetProperty("add_special").GetBoolean(),
                [.. c.GetProperty("ids").EnumerateArray().Select(e => e.GetInt32())],
                [.. c.GetProperty("type_ids").EnumerateArray().Select(e => e.GetInt32())],
                [.. c.GetProperty("offsets").EnumerateArray().Select(e => (e[0].GetInt32(), e[1].GetInt32()))],
                [.. c.GetProperty("special").EnumerateArray().Select(e => e.GetInt32() != 0)],
                [.. c.GetProperty("tokens").EnumerateArray().Select(e => e.GetString()!)]);
        }
    }

    /// <summary>The tokenizer that the cases of a name were made with; skips the test when its files are not there.</summary>
    public static WordPieceTokenizer Tokenizer(string name)
    {
        switch (name)
        {
            case "wordpiece-cased":
                return WordPieceTokenizer.FromTokenizerJson(Path.Combine(Folder, "tokenizers", $"{name}.tokenizer.json"));
            case "minilm-l6":
                return (WordPieceTokenizer)Backbones.Tokenizer.Load(Needed("models", name));
            default:
                string vocabulary = Needed("data", "vocab", name, "vocab.txt");
                return WordPieceTokenizer.FromVocabularyFile(vocabulary, new BertNormalizerOptions { Lowercase = name.EndsWith("uncased", StringComparison.Ordinal) });
        }
    }

    /// <summary>A path below the shared folder; skips the test when it is not there.</summary>
    public static string Needed(params string[] parts)
    {
        string path = Path.Combine([Shared ?? "shared", .. parts]);
        Assert.SkipUnless(Path.Exists(path), $"shared/{string.Join('/', parts)} is not there");
        return path;
    }

    private static string? Above(Func<string, bool> holds)
    {
        for (string? directory = AppContext.BaseDirectory; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            if (holds(directory))
            {
                return directory;
            }
        }

        return null;
    }
}
