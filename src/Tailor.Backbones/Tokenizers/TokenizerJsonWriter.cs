using System.Text.Json;

namespace Tailor.Backbones;

/// <summary>Writes a WordPiece tokenizer as a <c>tokenizer.json</c> of Hugging Face's <c>tokenizers</c>.</summary>
internal static class TokenizerJsonWriter
{
    /// <summary>Writes the whole file.</summary>
    public static void Write(Utf8JsonWriter writer, WordPieceDefinition definition)
    {
        writer.WriteStartObject();
        writer.WriteString("version", "1.0");
        writer.WriteNull("truncation");
        writer.WriteNull("padding");
        writer.WriteStartArray("added_tokens");
        foreach (AddedToken token in definition.AddedTokens)
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", token.Id);
            writer.WriteString("content", token.Content);
            writer.WriteBoolean("single_word", token.SingleWord);
            writer.WriteBoolean("lstrip", token.StripLeft);
            writer.WriteBoolean("rstrip", token.StripRight);
            writer.WriteBoolean("normalized", token.Normalized);
            writer.WriteBoolean("special", token.Special);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartObject("normalizer");
        writer.WriteString("type", "BertNormalizer");
        writer.WriteBoolean("clean_text", definition.Normalizer.CleanText);
        writer.WriteBoolean("handle_chinese_chars", definition.Normalizer.HandleChineseChars);
        WriteNullable(writer, "strip_accents", definition.Normalizer.StripAccents);
        writer.WriteBoolean("lowercase", definition.Normalizer.Lowercase);
        writer.WriteEndObject();
        writer.WriteStartObject("pre_tokenizer");
        writer.WriteString("type", "BertPreTokenizer");
        writer.WriteEndObject();
        WriteTemplate(writer, definition);
        writer.WriteStartObject("decoder");
        writer.WriteString("type", "WordPiece");
        writer.WriteString("prefix", definition.ContinuationPrefix);
        writer.WriteBoolean("cleanup", true);
        writer.WriteEndObject();
        WriteModel(writer, definition);
        writer.WriteEndObject();
    }

    /// <summary>Writes a flag that may be null.</summary>
    public static void WriteNullable(Utf8JsonWriter writer, string name, bool? value)
    {
        if (value is { } known)
        {
            writer.WriteBoolean(name, known);
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    private static void WriteTemplate(Utf8JsonWriter writer, WordPieceDefinition definition)
    {
        SpecialTokenTemplate template = definition.Template;
        if (template == SpecialTokenTemplate.None)
        {
            writer.WriteNull("post_processor");
            return;
        }

        writer.WriteStartObject("post_processor");
        writer.WriteString("type", "TemplateProcessing");
        WriteParts(writer, "single", template.Single, definition.Tokens);
        WriteParts(writer, "pair", template.Pair, definition.Tokens);
        writer.WriteStartObject("special_tokens");
        foreach (int id in template.Single.Concat(template.Pair).Where(p => p.Text < 0).Select(p => p.Id).Distinct())
        {
            string token = definition.Tokens[id];
            writer.WriteStartObject(token);
            writer.WriteString("id", token);
            writer.WriteStartArray("ids");
            writer.WriteNumberValue(id);
            writer.WriteEndArray();
            writer.WriteStartArray("tokens");
            writer.WriteStringValue(token);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteParts(Utf8JsonWriter writer, string name, IEnumerable<SpecialTokenTemplate.Part> parts, IReadOnlyList<string> tokens)
    {
        writer.WriteStartArray(name);
        foreach (SpecialTokenTemplate.Part part in parts)
        {
            writer.WriteStartObject();
            writer.WriteStartObject(part.Text < 0 ? "SpecialToken" : "Sequence");
            writer.WriteString("id", part.Text switch { 0 => "A", 1 => "B", _ => tokens[part.Id] });
            writer.WriteNumber("type_id", part.Type);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteModel(Utf8JsonWriter writer, WordPieceDefinition definition)
    {
        writer.WriteStartObject("model");
        writer.WriteString("type", "WordPiece");
        writer.WriteString("unk_token", definition.Names.Unk);
        writer.WriteString("continuing_subword_prefix", definition.ContinuationPrefix);
        writer.WriteNumber("max_input_chars_per_word", definition.MaxWordCodePoints);
        writer.WriteStartObject("vocab");
        for (int id = 0; id < definition.ModelTokens; id++)
        {
            writer.WriteNumber(definition.Tokens[id], id);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
