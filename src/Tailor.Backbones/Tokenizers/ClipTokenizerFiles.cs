using System.Text.Json;
using Tailor.Foundation;

namespace Tailor.Backbones;

/// <summary>Reads and writes the files of CLIP's tokenizer: <c>tokenizer.json</c>, or <c>vocab.json</c> with <c>merges.txt</c>.</summary>
internal static class ClipTokenizerFiles
{
    private const string JsonName = "tokenizer.json", VocabularyName = "vocab.json", MergesName = "merges.txt";
    private const string Supported = "supported is CLIP's tokenizer: a BPE model with the word end '</w>', after a Lowercase normaliser and a ByteLevel pre-tokenizer";

    /// <summary>Reads a model directory.</summary>
    /// <exception cref="InputException">The files are missing, not valid, or of another kind of tokenizer.</exception>
    public static ClipDefinition Read(string directory)
    {
        string json = Path.Combine(directory, JsonName), vocabulary = Path.Combine(directory, VocabularyName), merges = Path.Combine(directory, MergesName);
        return File.Exists(json) ? ReadJson(json)
            : File.Exists(vocabulary) && File.Exists(merges) ? ReadPair(vocabulary, merges)
            : throw InputException.At(directory, $"the directory holds neither {JsonName} nor {VocabularyName} with {MergesName}", "copy the tokenizer's files of the model there");
    }

    /// <summary>Writes <c>vocab.json</c>, <c>merges.txt</c>, <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c>.</summary>
    public static void Write(string directory, ClipDefinition definition)
    {
        Directory.CreateDirectory(directory);
        TokenizerFiles.WriteJson(directory, VocabularyName, writer =>
        {
            writer.WriteStartObject();
            foreach ((int id, string token) in definition.Tokens.Index())
            {
                writer.WriteNumber(token, id);
            }

            writer.WriteEndObject();
        });
        AtomicFile.WriteText(Path.Combine(directory, MergesName), "#version: 0.2\n" + string.Concat(definition.Merges.Select(merge => $"{merge.Left} {merge.Right}\n")));
        (string Key, string Token)[] special =
            [("bos_token", ClipDefinition.Start), ("eos_token", ClipDefinition.End), ("unk_token", ClipDefinition.End), ("pad_token", ClipDefinition.End)];
        TokenizerFiles.WriteJson(directory, "special_tokens_map.json", writer => WriteObject(writer, special));
        TokenizerFiles.WriteJson(directory, "tokenizer_config.json", writer => WriteObject(writer, [("tokenizer_class", "CLIPTokenizer"), .. special]));
    }

    private static void WriteObject(Utf8JsonWriter writer, IEnumerable<(string Key, string Token)> entries)
    {
        writer.WriteStartObject();
        TokenizerFiles.WriteStrings(writer, entries);
        writer.WriteEndObject();
    }

    private static ClipDefinition ReadJson(string path)
    {
        using TokenizerJsonValue root = TokenizerJsonValue.Open(path);
        TokenizerJsonValue model = root.Required("model");
        Require(model.Optional("type")?.Text() is null or "BPE", model);
        Require(model.Optional("end_of_word_suffix")?.Text() == ClipDefinition.WordEnd, model);
        Require(Types(root.Required("normalizer"), "normalizers").Contains("Lowercase"), root.Required("normalizer"));
        Require(Types(root.Required("pre_tokenizer"), "pretokenizers").Contains("ByteLevel"), root.Required("pre_tokenizer"));
        List<string> tokens = TokenizerJsonReader.ReadVocabulary(path, model.Required("vocab"));
        IReadOnlyList<AddedToken> added = TokenizerJsonReader.ReadAddedTokens(path, root, tokens);
        return ClipDefinition.Of(path, tokens, [.. model.Required("merges").Items.Take(WordPieceDefinition.MaxEntries).Select(ReadMerge)], added);
    }

    private static void Require(bool holds, TokenizerJsonValue part)
    {
        if (!holds)
        {
            throw part.Fault(Supported);
        }
    }

    private static string[] Types(TokenizerJsonValue part, string parts) =>
        part.Required("type").Text() == "Sequence" ? [.. part.Required(parts).Items.Select(item => item.Required("type").Text())] : [part.Required("type").Text()];

    /// <summary>Older files write a merge as "a b", newer ones as ["a", "b"].</summary>
    private static (string Left, string Right) ReadMerge(TokenizerJsonValue merge)
    {
        string[] both = merge.Kind == JsonValueKind.Array ? [.. merge.Items.Select(item => item.Text())] : merge.Text().Split(' ');
        return both.Length == 2 ? (both[0], both[1]) : throw merge.Fault("expected two pieces");
    }

    private static ClipDefinition ReadPair(string vocabularyPath, string mergesPath)
    {
        using TokenizerJsonValue root = TokenizerJsonValue.Open(vocabularyPath);
        List<string> tokens = TokenizerJsonReader.ReadVocabulary(vocabularyPath, root);
        string[] lines = [.. VocabularyFile.Read(mergesPath)];
        int first = lines[0].StartsWith("#version", StringComparison.Ordinal) ? 1 : 0;
        var merges = new List<(string, string)>();
        for (int i = first; i < lines.Length; i++)
        {
            string[] both = lines[i].Split(' ');
            merges.Add(both.Length == 2 ? (both[0], both[1]) : throw InputException.At(mergesPath, $"'{WordPieceDefinition.Shown(lines[i])}' is not two pieces with a space between", "restore the model's own file", i + 1));
        }

        return ClipDefinition.Of(mergesPath, tokens, merges, []);
    }
}
