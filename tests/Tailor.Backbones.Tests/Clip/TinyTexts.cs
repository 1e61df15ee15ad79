using System.Text.Json.Nodes;

namespace Tailor.Backbones.Tests;

/// <summary>A small CLIP text tower and a tokenizer of its kind.</summary>
internal static class TinyTexts
{
    private static readonly (string, string)[] Merges = [("a", "b</w>"), ("b", "a"), ("ba", "b</w>"), ("p", "h"), ("ph", "o"), ("\u00c3", "\u00a9</w>"), ("a", "b"), ("ab", "ab</w>")];

    public static ClipTextConfig Config => new()
    {
        VocabularySize = Tokenizer().VocabularySize,
        HiddenSize = 24,
        Layers = 2,
        Heads = 3,
        IntermediateSize = 40,
        MaxPositions = 12,
        InitializerRange = 0.3,
        ProjectionSize = 10,
    };

    public static ClipTokenizer Tokenizer() => new(ClipDefinition.Of("test", Tokens, Merges, []));

    public static JsonObject Json() => new()
    {
        ["vocab_size"] = Config.VocabularySize,
        ["hidden_size"] = 24,
        ["num_hidden_layers"] = 2,
        ["num_attention_heads"] = 3,
        ["intermediate_size"] = 40,
        ["max_position_embeddings"] = 12,
    };

    /// <summary>The letters of all bytes, the same at a word's end, what the merges make, and the two special tokens, as CLIP's own vocabulary is laid out.</summary>
    private static string[] Tokens
    {
        get
        {
            string[] letters = [.. Enumerable.Range(0, 256).Select(b => BytePairMerges.LetterOf((byte)b).ToString())];
            return [.. letters, .. letters.Select(l => l + "</w>"), .. Merges.Select(m => m.Item1 + m.Item2), ClipDefinition.Start, ClipDefinition.End];
        }
    }
}
