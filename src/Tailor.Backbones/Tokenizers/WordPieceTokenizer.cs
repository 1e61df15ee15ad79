using Tailor.Foundation;

namespace Tailor.Backbones;

/// <summary>
/// BERT's tokenizer: the text is normalised, split at white space and punctuation, and each word is cut into the longest pieces of the vocabulary from the left
/// (Wu et al., 2016, section 4.1; Devlin et al., 2019). Gives the ids of Hugging Face's <c>tokenizers</c>. Safe for use by several threads.
/// </summary>
public sealed class WordPieceTokenizer : Tokenizer
{
    private readonly WordPieceDefinition _definition;
    private readonly Dictionary<string, int> _ids;
    private readonly BertNormalizer _normalizer;
    private readonly AddedTokenMatcher _rawMatcher;
    private readonly AddedTokenMatcher _normalizedMatcher;
    private readonly TokenTrie _starts;
    private readonly TokenTrie _continuations;
    private readonly int _unknown;

    internal WordPieceTokenizer(WordPieceDefinition definition)
    {
        _definition = definition;
        _ids = WordPieceDefinition.Index(definition.Source, definition.Tokens);
        _normalizer = new BertNormalizer(definition.Normalizer);
        _rawMatcher = new AddedTokenMatcher(definition.AddedTokens.Where(t => !t.Normalized).Select(t => (t, t.Content)));
        _normalizedMatcher = new AddedTokenMatcher(definition.AddedTokens.Where(t => t.Normalized).Select(t => (t, _normalizer.Normalize(t.Content))));
        (string Text, int Id)[] pieces = [.. definition.Tokens.Take(definition.ModelTokens).Select((t, id) => (t, id))];
        string prefix = definition.ContinuationPrefix;
        _starts = new TokenTrie(pieces);
        _continuations = new TokenTrie([.. pieces
            .Where(p => p.Text.Length > prefix.Length && p.Text.StartsWith(prefix, StringComparison.Ordinal))
            .Select(p => (p.Text[prefix.Length..], p.Id))]);
        _unknown = IdOf(definition.Names.Unk) ?? throw InputException.At(
            definition.Source,
            $"the vocabulary lacks the unknown token {WordPieceDefinition.Shown(definition.Names.Unk)}",
            "words outside the vocabulary need it; restore the model's own vocabulary");
        UnkId = _unknown;
        PadId = IdOf(definition.Names.Pad);
        ClsId = IdOf(definition.Names.Cls);
        SepId = IdOf(definition.Names.Sep);
        MaskId = IdOf(definition.Names.Mask);
    }

    /// <inheritdoc/>
    public override int VocabularySize => _definition.Tokens.Count;

    /// <summary>The normaliser's settings.</summary>
    public BertNormalizerOptions Normalizer => _definition.Normalizer;

    /// <summary>Makes a tokenizer from a vocabulary.</summary>
    /// <param name="tokens">The tokens by id; <c>[UNK]</c>, <c>[CLS]</c> and <c>[SEP]</c> must be among them, <c>[PAD]</c> and <c>[MASK]</c> may be.</param>
    /// <param name="options">The normaliser's settings.</param>
    /// <exception cref="InputException">The vocabulary lacks one of the three or holds a token twice.</exception>
    public static WordPieceTokenizer FromVocabulary(IReadOnlyList<string> tokens, BertNormalizerOptions options)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(options);
        return new WordPieceTokenizer(WordPieceDefinition.Bert("vocabulary", [.. tokens], options, new SpecialTokenNames()));
    }

    /// <summary>Reads a <c>vocab.txt</c>: one token a line, its id the line's place from 0.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">The normaliser's settings.</param>
    /// <exception cref="InputException">The file is missing, too large, not UTF-8, or not a BERT vocabulary.</exception>
    public static WordPieceTokenizer FromVocabularyFile(string path, BertNormalizerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new WordPieceTokenizer(WordPieceDefinition.Bert(path, VocabularyFile.Read(path), options, new SpecialTokenNames()));
    }

    /// <summary>Reads a <c>tokenizer.json</c> that holds a WordPiece model with BERT's normaliser and pre-tokenizer.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">The file is missing, too large, not valid, or holds another kind of tokenizer.</exception>
    public static WordPieceTokenizer FromTokenizerJson(string path) => new(TokenizerJsonReader.Read(path, new SpecialTokenNames()));

    /// <inheritdoc/>
    public override Tokenizer WithTokens(IReadOnlyList<string> tokens) =>
        tokens.Where(token => IdOf(token) is null).Distinct(StringComparer.Ordinal).ToArray() is { Length: > 0 } added ? new WordPieceTokenizer(_definition.With(added)) : this;

    /// <inheritdoc/>
    public override string TokenOf(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, _definition.Tokens.Count);
        return _definition.Tokens[id];
    }

    /// <inheritdoc/>
    public override int? IdOf(string token) => _ids.TryGetValue(token, out int id) ? id : null;

    /// <inheritdoc/>
    public override TokenizedText Encode(string text, string? pair = null, EncodeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var first = new TokenList([], traced: true);
        Tokenize(text, first, int.MaxValue);
        TokenList? second = null;
        if (pair is not null)
        {
            second = new TokenList([], traced: true);
            Tokenize(pair, second, int.MaxValue);
        }

        return _definition.Template.Assemble(first, second, options ?? new EncodeOptions());
    }

    /// <inheritdoc/>
    public override void AppendIds(ReadOnlySpan<char> text, List<int> ids) => Tokenize(text, new TokenList(ids, traced: false), int.MaxValue);

    /// <inheritdoc/>
    public override int[] EncodeIds(string text, string? pair, int maxLength, out int firstLength)
    {
        ArgumentNullException.ThrowIfNull(text);
        int room = _definition.Template.Room(maxLength, pair is not null, addSpecialTokens: true);
        var first = new TokenList([], traced: false);
        List<int>? second = null;
        if (pair is null)
        {
            // What lies beyond the limit is cut anyway. With two texts the cut depends on how long each is.
            Tokenize(text, first, room);
        }
        else
        {
            Tokenize(text, first, int.MaxValue);
            second = [];
            AppendIds(pair, second);
        }

        return _definition.Template.AssembleIds(first.Ids, second, maxLength, out firstLength);
    }

    /// <inheritdoc/>
    public override void Save(string directory)
    {
        Directory.CreateDirectory(directory);
        TokenizerFiles.Write(directory, _definition);
    }

    /// <summary>Appends a text's tokens; stops once there are as many as asked for.</summary>
    private void Tokenize(ReadOnlySpan<char> text, TokenList tokens, int limit)
    {
        int consumed = 0;
        int codePoint = 0;
        int from = 0;
        while (tokens.Count < limit && _rawMatcher.TryFind(text, from, consumed, out AddedTokenMatcher.Match match))
        {
            TokenizeSegment(text[consumed..match.Start], codePoint, tokens, limit);
            if (tokens.Offsets is not null)
            {
                int start = codePoint + BertCharacters.CountCodePoints(text[consumed..match.Start]);
                codePoint = start + BertCharacters.CountCodePoints(text[match.Start..match.End]);
                tokens.Offsets.Add((start, codePoint));
            }

            tokens.Ids.Add(match.Token.Id);
            consumed = match.End;
            from = match.Next;
        }

        TokenizeSegment(text[consumed..], codePoint, tokens, limit);
    }

    private void TokenizeSegment(ReadOnlySpan<char> segment, int firstCodePoint, TokenList tokens, int limit)
    {
        if (segment.IsEmpty)
        {
            return;
        }

        var normalized = new NormalizedText(segment.Length, tokens.Offsets is not null);
        try
        {
            _normalizer.Normalize(segment, firstCodePoint, ref normalized);
            ReadOnlySpan<char> units = normalized.Units;
            ReadOnlySpan<int> sources = normalized.Sources;
            int consumed = 0;
            int from = 0;
            while (!_normalizedMatcher.IsEmpty && _normalizedMatcher.TryFind(units, from, consumed, out AddedTokenMatcher.Match match))
            {
                TokenizeWords(units[..match.Start], consumed, sources, tokens, limit);
                tokens.Ids.Add(match.Token.Id);
                tokens.Offsets?.Add((sources[match.Start], sources[match.End - 1] + 1));
                consumed = match.End;
                from = match.Next;
            }

            TokenizeWords(units, consumed, sources, tokens, limit);
        }
        finally
        {
            normalized.Dispose();
        }
    }

    private void TokenizeWords(ReadOnlySpan<char> units, int position, ReadOnlySpan<int> sources, TokenList tokens, int limit)
    {
        while (tokens.Count < limit && BertPreTokenizer.TryNextWord(units, ref position, out int start))
        {
            TokenizeWord(units[start..position], start, sources, tokens);
        }
    }

    private void TokenizeWord(ReadOnlySpan<char> word, int start, ReadOnlySpan<int> sources, TokenList tokens)
    {
        int before = tokens.Count;
        int most = _definition.MaxWordCodePoints;
        if (word.Length <= most || BertCharacters.CountCodePoints(word) <= most)
        {
            int position = 0;
            TokenTrie trie = _starts;
            int id;
            while ((id = trie.LongestMatch(word[position..], out int length)) >= 0)
            {
                tokens.Ids.Add(id);
                tokens.Offsets?.Add((sources[start + position], sources[start + position + length - 1] + 1));
                position += length;
                trie = _continuations;
                if (position == word.Length)
                {
                    return;
                }
            }
        }

        // One piece that is not in the vocabulary makes the whole word unknown.
        tokens.Ids.RemoveRange(before, tokens.Ids.Count - before);
        tokens.Ids.Add(_unknown);
        if (tokens.Offsets is not null)
        {
            tokens.Offsets.RemoveRange(before, tokens.Offsets.Count - before);
            tokens.Offsets.Add((sources[start], sources[start + word.Length - 1] + 1));
        }
    }
}
