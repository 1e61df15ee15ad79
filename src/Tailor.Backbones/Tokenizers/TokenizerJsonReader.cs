using Tailor.Foundation;

namespace Tailor.Backbones;

/// <summary>
/// Reads a <c>tokenizer.json</c> of Hugging Face's <c>tokenizers</c> whose parts are BertNormalizer, BertPreTokenizer, WordPiece and TemplateProcessing or
/// BertProcessing. Its padding, truncation and decoder do not concern the ids and are not looked at.
/// </summary>
internal static class TokenizerJsonReader
{
    private const string Supported = "supported are WordPiece tokenizers with BertNormalizer, BertPreTokenizer and TemplateProcessing or BertProcessing";

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="names">The special tokens' names, but for the unknown one, which the file gives.</param>
    /// <exception cref="InputException">The file is not valid or holds another kind of tokenizer.</exception>
    public static WordPieceDefinition Read(string path, SpecialTokenNames names)
    {
        using TokenizerJsonValue root = TokenizerJsonValue.Open(path);
        TokenizerJsonValue model = root.Required("model");
        RequireType(model, "WordPiece", mayBeMissing: model.Optional("merges") is null && model.Optional("continuing_subword_prefix") is not null);
        RequireType(root.Required("pre_tokenizer"), "BertPreTokenizer");
        List<string> tokens = ReadVocabulary(path, model.Required("vocab"));
        int modelTokens = tokens.Count;
        IReadOnlyList<AddedToken> added = ReadAddedTokens(path, root, tokens);
        return new WordPieceDefinition
        {
            Source = path,
            Tokens = tokens,
            ModelTokens = modelTokens,
            Normalizer = ReadNormalizer(root.Required("normalizer")),
            AddedTokens = added,
            Template = ReadTemplate(root.Optional("post_processor"), tokens),
            Names = names with { Unk = model.Optional("unk_token")?.Text() ?? names.Unk },
            ContinuationPrefix = model.Optional("continuing_subword_prefix")?.Text() ?? "##",
            MaxWordCodePoints = model.Optional("max_input_chars_per_word")?.Integer(1, 100_000) ?? 100,
        };
    }

    private static string Shown(string token) => WordPieceDefinition.Shown(token);

    private static void RequireType(TokenizerJsonValue part, string type, bool mayBeMissing = false)
    {
        TokenizerJsonValue? found = mayBeMissing ? part.Optional("type") : part.Required("type");
        if (found is not null && found.Text() != type)
        {
            throw found.Fault(Supported);
        }
    }

    private static BertNormalizerOptions ReadNormalizer(TokenizerJsonValue normalizer)
    {
        RequireType(normalizer, "BertNormalizer");
        return new BertNormalizerOptions
        {
            CleanText = normalizer.Flag("clean_text") ?? true,
            HandleChineseChars = normalizer.Flag("handle_chinese_chars") ?? true,
            StripAccents = normalizer.Flag("strip_accents"),
            Lowercase = normalizer.Flag("lowercase") ?? true,
        };
    }

    /// <summary>The tokens of a vocabulary by their ids, which run from 0 without gaps.</summary>
    internal static List<string> ReadVocabulary(string path, TokenizerJsonValue vocabulary)
    {
        var byId = new SortedDictionary<int, string>();
        var entries = new List<(string Token, int Id)>();
        foreach ((string token, TokenizerJsonValue value) in vocabulary.Properties)
        {
            entries.Add((token, value.Integer(0, WordPieceDefinition.MaxEntries - 1)));
        }

        foreach ((string token, int id) in entries)
        {
            if (id >= entries.Count)
            {
                throw InputException.At(
                    path, $"token '{Shown(token)}' has id {id} in a vocabulary of {entries.Count}", "ids run from 0 without gaps; restore the model's own file", field: "model.vocab");
            }

            if (!byId.TryAdd(id, token))
            {
                throw InputException.At(
                    path, $"id {id} belongs to both '{Shown(byId[id])}' and '{Shown(token)}'", "every token has its own id; restore the model's own file", field: "model.vocab");
            }
        }

        return [.. byId.Values];
    }

    /// <summary>The added tokens by their ids; those beyond the vocabulary are appended to it.</summary>
    internal static List<AddedToken> ReadAddedTokens(string path, TokenizerJsonValue root, List<string> tokens)
    {
        var added = new List<AddedToken>();
        if (root.Optional("added_tokens") is not { } list)
        {
            return added;
        }

        foreach (TokenizerJsonValue entry in list.Items)
        {
            TokenizerJsonValue id = entry.Required("id");
            added.Add(new AddedToken(id.Integer(0, WordPieceDefinition.MaxEntries - 1), entry.Required("content").Text())
            {
                SingleWord = entry.Flag("single_word") ?? false,
                StripLeft = entry.Flag("lstrip") ?? false,
                StripRight = entry.Flag("rstrip") ?? false,
                Normalized = entry.Flag("normalized") ?? !(entry.Flag("special") ?? false),
                Special = entry.Flag("special") ?? false,
            });
        }

        added.Sort((a, b) => a.Id.CompareTo(b.Id));
        foreach (AddedToken token in added)
        {
            if (token.Id == tokens.Count)
            {
                tokens.Add(token.Content);
            }
            else if (token.Id > tokens.Count || tokens[token.Id] != token.Content)
            {
                string found = token.Id > tokens.Count
                    ? $"'{Shown(token.Content)}' has id {token.Id} where {tokens.Count} is the next free one"
                    : $"'{Shown(token.Content)}' has the id of '{Shown(tokens[token.Id])}', {token.Id}";
                throw InputException.At(path, found, "an added token stands in the vocabulary or follows it without a gap; restore the model's own file", field: "added_tokens");
            }
        }

        return added;
    }

    private static SpecialTokenTemplate ReadTemplate(TokenizerJsonValue? processor, List<string> tokens)
    {
        switch (processor?.Required("type").Text())
        {
            case null:
                return SpecialTokenTemplate.None;
            case "BertProcessing":
                return SpecialTokenTemplate.Bert(ReadTokenWithId(processor.Required("cls"), tokens), ReadTokenWithId(processor.Required("sep"), tokens));
            case "TemplateProcessing":
                TokenizerJsonValue special = processor.Required("special_tokens");
                return new SpecialTokenTemplate(
                    ReadParts(processor.Required("single"), special, tokens, ["A"]),
                    ReadParts(processor.Required("pair"), special, tokens, ["A", "B"]));
            default:
                throw processor.Required("type").Fault(Supported);
        }
    }

    private static int ReadTokenWithId(TokenizerJsonValue entry, List<string> tokens)
    {
        TokenizerJsonValue[] both = [.. entry.Items];
        return both.Length == 2 ? ReadId(both[1], tokens, both[0].Text()) : throw entry.Fault("expected [token, id]");
    }

    private static int ReadId(TokenizerJsonValue value, List<string> tokens, string token)
    {
        int id = value.Integer(0, tokens.Count - 1);
        return tokens[id] == token ? id : throw value.Fault($"expected the id of {Shown(token)}, and {id} is the id of {Shown(tokens[id])}");
    }

    private static List<SpecialTokenTemplate.Part> ReadParts(TokenizerJsonValue parts, TokenizerJsonValue special, List<string> tokens, string[] texts)
    {
        var read = new List<SpecialTokenTemplate.Part>();
        foreach (TokenizerJsonValue part in parts.Items)
        {
            if (part.Optional("Sequence") is { } sequence)
            {
                int text = Array.IndexOf(texts, sequence.Required("id").Text());
                read.Add(text >= 0 ? new(text, 0, sequence.Required("type_id").Integer(0, 1)) : throw sequence.Required("id").Fault($"expected {string.Join(" or ", texts)}"));
            }
            else
            {
                TokenizerJsonValue token = part.Required("SpecialToken");
                int type = token.Required("type_id").Integer(0, 1);
                TokenizerJsonValue definition = special.Required(token.Required("id").Text());
                TokenizerJsonValue[] names = [.. definition.Required("tokens").Items];
                TokenizerJsonValue[] ids = [.. definition.Required("ids").Items];
                if (names.Length != ids.Length)
                {
                    throw definition.Fault($"expected as many ids as tokens, not {ids.Length} for {names.Length}");
                }

                read.AddRange(names.Zip(ids, (name, id) => SpecialTokenTemplate.Part.Token(ReadId(id, tokens, name.Text()), type)));
            }
        }

        bool whole = texts.Index().All(t => read.Count(p => p.Text == t.Index) == 1);
        bool ordered = read.Zip(read.Skip(1)).All(p => p.First.Type <= p.Second.Type);
        return whole && ordered ? read : throw parts.Fault($"expected each of {string.Join(" and ", texts)} once, and type 0 before type 1");
    }
}
