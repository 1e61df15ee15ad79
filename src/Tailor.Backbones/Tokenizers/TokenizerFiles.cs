using System.Text.Encodings.Web;
using System.Text.Json;
using Tailor.Foundation;

namespace Tailor.Backbones;

/// <summary>The files that make up a WordPiece tokenizer in a model directory, and which of them counts.</summary>
internal static class TokenizerFiles
{
    private const string JsonName = "tokenizer.json";
    private const string VocabularyName = "vocab.txt";
    private const string ConfigName = "tokenizer_config.json";
    private const string SpecialName = "special_tokens_map.json";

    private const long MaxLength = 256L << 20;

    /// <summary>The bytes of a file, which is none that is larger than a tokenizer's can be.</summary>
    /// <exception cref="InputException">It is missing, unreadable or larger than 256 MiB.</exception>
    public static byte[] ReadBytes(string path) => BoundedFile.Read(path, MaxLength, "a tokenizer file", "check that this is the right file");

    /// <summary>Reads <c>tokenizer.json</c> when it is there, else <c>vocab.txt</c> with the settings of <c>tokenizer_config.json</c>.</summary>
    /// <exception cref="InputException">Neither is there, or a file is not valid.</exception>
    public static WordPieceDefinition Read(string directory)
    {
        if (!Directory.Exists(directory))
        {
            throw InputException.At(directory, "no such directory", $"give a model directory that holds {JsonName} or {VocabularyName}");
        }

        (BertNormalizerOptions normalizer, SpecialTokenNames names) = ReadConfig(directory);
        string json = Path.Combine(directory, JsonName);
        string vocabulary = Path.Combine(directory, VocabularyName);
        return File.Exists(json) ? TokenizerJsonReader.Read(json, names)
            : File.Exists(vocabulary) ? WordPieceDefinition.Bert(vocabulary, VocabularyFile.Read(vocabulary), normalizer, names)
            : throw InputException.At(directory, $"the directory holds neither {JsonName} nor {VocabularyName}", "copy the tokenizer's files of the model there");
    }

    /// <summary>Writes all four files.</summary>
    public static void Write(string directory, WordPieceDefinition definition)
    {
        VocabularyFile.Write(Path.Combine(directory, VocabularyName), definition.Tokens);
        WriteJson(directory, JsonName, writer => TokenizerJsonWriter.Write(writer, definition));
        (string Key, string Token)[] special = [.. SpecialTokens(definition.Names).Where(s => definition.Tokens.Contains(s.Token))];
        WriteJson(directory, SpecialName, writer =>
        {
            writer.WriteStartObject();
            WriteStrings(writer, special);
            writer.WriteEndObject();
        });
        WriteJson(directory, ConfigName, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("tokenizer_class", "BertTokenizer");
            writer.WriteBoolean("do_lower_case", definition.Normalizer.Lowercase);
            TokenizerJsonWriter.WriteNullable(writer, "strip_accents", definition.Normalizer.StripAccents);
            writer.WriteBoolean("tokenize_chinese_chars", definition.Normalizer.HandleChineseChars);
            WriteStrings(writer, special);
            writer.WriteEndObject();
        });
    }

    private static (BertNormalizerOptions Normalizer, SpecialTokenNames Names) ReadConfig(string directory)
    {
        var normalizer = new BertNormalizerOptions();
        var names = new SpecialTokenNames();
        foreach (string path in new[] { Path.Combine(directory, SpecialName), Path.Combine(directory, ConfigName) }.Where(File.Exists))
        {
            using TokenizerJsonValue file = TokenizerJsonValue.Open(path);
            normalizer = normalizer with
            {
                Lowercase = file.Flag("do_lower_case") ?? normalizer.Lowercase,
                StripAccents = file.Flag("strip_accents") ?? normalizer.StripAccents,
                HandleChineseChars = file.Flag("tokenize_chinese_chars") ?? normalizer.HandleChineseChars,
            };
            names = new SpecialTokenNames
            {
                Pad = TokenName(file, "pad_token") ?? names.Pad,
                Unk = TokenName(file, "unk_token") ?? names.Unk,
                Cls = TokenName(file, "cls_token") ?? names.Cls,
                Sep = TokenName(file, "sep_token") ?? names.Sep,
                Mask = TokenName(file, "mask_token") ?? names.Mask,
            };
        }

        return (normalizer, names);
    }

    /// <summary>A special token's name, which stands there as such or within an object as its content.</summary>
    private static string? TokenName(TokenizerJsonValue file, string key) => file.Optional(key) switch
    {
        { Kind: JsonValueKind.Object } token => token.Required("content").Text(),
        { } token => token.Text(),
        null => null,
    };

    private static (string Key, string Token)[] SpecialTokens(SpecialTokenNames names) =>
        [("unk_token", names.Unk), ("sep_token", names.Sep), ("pad_token", names.Pad), ("cls_token", names.Cls), ("mask_token", names.Mask)];

    internal static void WriteStrings(Utf8JsonWriter writer, IEnumerable<(string Key, string Token)> entries)
    {
        foreach ((string key, string token) in entries)
        {
            writer.WriteString(key, token);
        }
    }

    internal static void WriteJson(string directory, string name, Action<Utf8JsonWriter> write) => AtomicFile.Write(Path.Combine(directory, name), stream =>
    {
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        write(writer);
    });
}
