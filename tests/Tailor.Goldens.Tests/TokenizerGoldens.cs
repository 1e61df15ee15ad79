using System.Text.Json.Nodes;
using Tailor.Backbones;

namespace Tailor.Goldens.Tests;

/// <summary>tokenizers/NAME.jsonl: ids, segments, offsets and special marks of Hugging Face tokenizers.</summary>
public class TokenizerGoldens
{
    public static TheoryData<string> Names => Directory.Exists(GoldenFolder.Of("tokenizers"))
        ? [.. Directory.GetFiles(GoldenFolder.Of("tokenizers"), "*.jsonl").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)]
        : [];

    [Theory]
    [MemberData(nameof(Names))]
    public void Tokenizer_agrees_with_the_reference(string name)
    {
        JsonObject[] cases = File.ReadLines(GoldenFolder.Of($"tokenizers/{name}.jsonl")).Where(l => l.Length > 0).Select(l => JsonNode.Parse(l)!.AsObject()).ToArray();
        if (Open(name, out string reason) is not { } tokenizer)
        {
            Tally.Skip($"tokenizers/{name}", cases.Length, reason);
            return;
        }

        Tally.RunAll($"tokenizers/{name}", cases, c => c.ToJsonString()[..Math.Min(80, c.ToJsonString().Length)], c => Check(tokenizer, c));
    }

    private static Tokenizer? Open(string name, out string reason)
    {
        reason = "";
        string json = GoldenFolder.Of($"tokenizers/{name}.tokenizer.json");
        if (File.Exists(json))
        {
            if (JsonNode.Parse(File.ReadAllText(json))!["model"]!["type"]?.GetValue<string>() is not "WordPiece" and var type)
            {
                reason = $"{type} tokenizers are not built yet";
                return null;
            }

            return WordPieceTokenizer.FromTokenizerJson(json);
        }

        if (GoldenFolder.Shared($"data/vocab/{name}") is { } vocabulary && File.Exists(Path.Combine(vocabulary, "vocab.txt")))
        {
            // transformers' own reading of bert-base-chinese keeps case, as the golden's maker did.
            return WordPieceTokenizer.FromVocabulary(File.ReadAllLines(Path.Combine(vocabulary, "vocab.txt")), new BertNormalizerOptions { Lowercase = !name.Contains("chinese", StringComparison.Ordinal) });
        }

        if (GoldenFolder.Shared($"models/{name}") is { } model)
        {
            return Tokenizer.Load(model);
        }

        reason = "its vocabulary is not beside the goldens, or its kind is not built yet";
        return null;
    }

    private static void Check(Tokenizer tokenizer, JsonObject golden)
    {
        var options = new EncodeOptions { MaxLength = golden["max_length"]?.GetValue<int>(), AddSpecialTokens = golden["add_special"]!.GetValue<bool>() };
        TokenizedText actual = tokenizer.Encode(golden["text"]!.GetValue<string>(), golden["pair"]?.GetValue<string>(), options);
        Assert.Equal(Integers(golden["ids"]), actual.Ids);
        Assert.Equal(Integers(golden["type_ids"]), actual.TypeIds);
        Assert.Equal(golden["offsets"]!.AsArray().Select(o => (o![0]!.GetValue<int>(), o[1]!.GetValue<int>())), actual.Offsets);
        Assert.Equal(Integers(golden["special"]).Select(s => s == 1), actual.Special);
    }

    private static int[] Integers(JsonNode? array) => array!.AsArray().Select(n => n!.GetValue<int>()).ToArray();
}
