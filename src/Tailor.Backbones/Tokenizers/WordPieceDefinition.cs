using Tailor.Foundation;

namespace Tailor.Backbones;

/// <summary>All that makes a WordPiece tokenizer, as its files hold it.</summary>
internal sealed record WordPieceDefinition
{
    /// <summary>The most entries a vocabulary may have, far above any published one.</summary>
    public const int MaxEntries = 1 << 21;

    /// <summary>The most UTF-16 units of all entries together, which bounds the memory of the lookup.</summary>
    public const int MaxUnits = 1 << 24;

    /// <summary>The file the definition was read from, for messages.</summary>
    public required string Source { get; init; }

    /// <summary>The vocabulary by id, added tokens beyond the model's own vocabulary included.</summary>
    public required IReadOnlyList<string> Tokens { get; init; }

    /// <summary>How many of the tokens are the model's own, which words are made of.</summary>
    public required int ModelTokens { get; init; }

    /// <summary>The normaliser's settings.</summary>
    public required BertNormalizerOptions Normalizer { get; init; }

    /// <summary>The tokens looked for in the text itself.</summary>
    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    /// <summary>The special tokens around texts.</summary>
    public required SpecialTokenTemplate Template { get; init; }

    /// <summary>The names of the special tokens.</summary>
    public SpecialTokenNames Names { get; init; } = new();

    /// <summary>What marks a piece that goes on within a word.</summary>
    public string ContinuationPrefix { get; init; } = "##";

    /// <summary>Words of more code points than this become the unknown token.</summary>
    public int MaxWordCodePoints { get; init; } = 100;

    /// <summary>The definition of a plain BERT tokenizer.</summary>
    /// <param name="source">The file or the words that name where the vocabulary comes from.</param>
    /// <param name="tokens">The vocabulary by id.</param>
    /// <param name="normalizer">The normaliser's settings.</param>
    /// <param name="names">The special tokens' names; the unknown, the first and the separating token must be in the vocabulary.</param>
    /// <exception cref="InputException">The vocabulary lacks one of the three, holds a token twice, or an entry cannot be a token.</exception>
    public static WordPieceDefinition Bert(string source, IReadOnlyList<string> tokens, BertNormalizerOptions normalizer, SpecialTokenNames names)
    {
        Dictionary<string, int> ids = Index(source, tokens);
        foreach (string needed in new[] { names.Unk, names.Cls, names.Sep })
        {
            if (!ids.ContainsKey(needed))
            {
                throw InputException.At(
                    source, $"the vocabulary of {tokens.Count} tokens lacks {Shown(needed)}", "a BERT vocabulary holds [UNK], [CLS] and [SEP]; check that this is the model's own vocabulary");
            }
        }

        return new WordPieceDefinition
        {
            Source = source,
            Tokens = tokens,
            ModelTokens = tokens.Count,
            Normalizer = normalizer,
            AddedTokens = [.. names.All.Where(ids.ContainsKey).Select(n => new AddedToken(ids[n], n) { Special = true }).OrderBy(t => t.Id)],
            Template = SpecialTokenTemplate.Bert(ids[names.Cls], ids[names.Sep]),
            Names = names,
        };
    }

    /// <summary>This definition with further tokens behind the vocabulary, found in texts as they are written.</summary>
    /// <param name="tokens">Tokens that are not there yet.</param>
    public WordPieceDefinition With(IReadOnlyList<string> tokens) => this with
    {
        Tokens = [.. Tokens, .. tokens],
        AddedTokens = [.. AddedTokens, .. tokens.Select((token, i) => new AddedToken(Tokens.Count + i, token) { Special = true })],
    };

    /// <summary>The tokens' ids by name.</summary>
    /// <exception cref="InputException">A token is there twice or cannot be a line of <c>vocab.txt</c>, or the vocabulary is beyond the limits.</exception>
    public static Dictionary<string, int> Index(string source, IReadOnlyList<string> tokens)
    {
        if (tokens.Count > MaxEntries)
        {
            throw InputException.At(source, $"{tokens.Count} tokens", $"at most {MaxEntries} are supported; check that this is a vocabulary");
        }

        var ids = new Dictionary<string, int>(tokens.Count, StringComparer.Ordinal);
        long units = 0;
        for (int id = 0; id < tokens.Count; id++)
        {
            string token = tokens[id];
            units += token.Length;
            long? line = Path.GetExtension(source) == ".txt" ? id + 1 : null;
            if (token.Length == 0 || token.AsSpan().ContainsAny('\n', '\r'))
            {
                throw InputException.At(
                    source, $"token {id} is {(token.Length == 0 ? "empty" : "broken over lines")}", "every token needs a name on one line; restore the model's own vocabulary", line);
            }

            if (!ids.TryAdd(token, id))
            {
                throw InputException.At(source, $"token '{Shown(token)}' has the ids {ids[token]} and {id}", "every token has one id; restore the model's own vocabulary", line);
            }
        }

        return units <= MaxUnits
            ? ids
            : throw InputException.At(source, $"tokens of {units} characters together", $"at most {MaxUnits} are supported; check that this is a vocabulary");
    }

    /// <summary>A token of a file that is not trusted, fit for a message of one line.</summary>
    public static string Shown(string token)
    {
        string line = string.Concat(token.Take(60).Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? '\uFFFD' : c));
        return token.Length > 60 ? line + "..." : line;
    }
}
