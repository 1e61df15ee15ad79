using System.Globalization;
using System.Text;
using Tailor.Foundation;

namespace Tailor.Backbones;

/// <summary>
/// CLIP's tokenizer (Radford et al., ICML 2021): the text in lower case and normal form C is cut into runs of letters, single digits and runs of other signs, and the UTF-8 bytes of each
/// into pieces by merges. Gives the ids of Hugging Face's <c>tokenizers</c>; a text begins with <c>&lt;|startoftext|&gt;</c> and ends with <c>&lt;|endoftext|&gt;</c>, also when it is cut.
/// Safe for use by several threads.
/// </summary>
public sealed class ClipTokenizer : Tokenizer
{
    private static readonly string[] Contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private readonly ClipDefinition _definition;
    private readonly Dictionary<string, int> _ids;
    private readonly BytePairMerges _merges;
    private readonly AddedTokenMatcher _added;
    private readonly SpecialTokenTemplate _template;

    internal ClipTokenizer(ClipDefinition definition)
    {
        _definition = definition;
        _ids = WordPieceDefinition.Index(definition.Source, definition.Tokens);
        int start = _ids[ClipDefinition.Start], end = _ids[ClipDefinition.End];
        _merges = new BytePairMerges(definition.Source, _ids, definition.Merges, ClipDefinition.WordEnd, end);
        _added = new AddedTokenMatcher(definition.AddedTokens.Select(token => (token, token.Content)));
        SpecialTokenTemplate.Part first = SpecialTokenTemplate.Part.Token(start, 0), last = SpecialTokenTemplate.Part.Token(end, 0), second = SpecialTokenTemplate.Part.Second with { Type = 0 };
        _template = new SpecialTokenTemplate([first, SpecialTokenTemplate.Part.First, last], [first, SpecialTokenTemplate.Part.First, last, last, second, last]);
        (ClsId, SepId, UnkId, PadId) = (start, end, end, end);
    }

    /// <inheritdoc/>
    public override int VocabularySize => _definition.Tokens.Count;

    /// <summary>Opens CLIP's tokenizer of a Hugging Face model directory: <c>tokenizer.json</c> when it is there, else <c>vocab.json</c> with <c>merges.txt</c>.</summary>
    /// <param name="modelDirectory">The directory.</param>
    /// <exception cref="InputException">There is no tokenizer, or its files are not valid or of another kind.</exception>
    public static new ClipTokenizer Load(string modelDirectory) => new(ClipTokenizerFiles.Read(modelDirectory));

    /// <inheritdoc/>
    public override Tokenizer WithTokens(IReadOnlyList<string> tokens)
    {
        string[] further = [.. tokens.Where(token => IdOf(token) is null).Distinct(StringComparer.Ordinal)];
        return further.Length == 0 ? this : new ClipTokenizer(_definition with
        {
            Tokens = [.. _definition.Tokens, .. further],
            AddedTokens = [.. _definition.AddedTokens, .. further.Select((token, i) => new AddedToken(VocabularySize + i, token))],
        });
    }

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
        return _template.Assemble(Tokenize(text, traced: true), pair is null ? null : Tokenize(pair, traced: true), options ?? new EncodeOptions());
    }

    /// <inheritdoc/>
    public override void AppendIds(ReadOnlySpan<char> text, List<int> ids) => Tokenize(text, new TokenList(ids, traced: false));

    /// <inheritdoc/>
    public override int[] EncodeIds(string text, string? pair, int maxLength, out int firstLength)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _template.AssembleIds(Tokenize(text, traced: false).Ids, pair is null ? null : Tokenize(pair, traced: false).Ids, maxLength, out firstLength);
    }

    /// <summary>Writes the tokenizer's files as Hugging Face's <c>transformers</c> reads them: <c>vocab.json</c>, <c>merges.txt</c>, <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c>.</summary>
    /// <param name="directory">The directory, made when it is not there.</param>
    public override void Save(string directory) => ClipTokenizerFiles.Write(directory, _definition);

    private TokenList Tokenize(ReadOnlySpan<char> text, bool traced)
    {
        var tokens = new TokenList([], traced);
        Tokenize(text, tokens);
        return tokens;
    }

    private void Tokenize(ReadOnlySpan<char> text, TokenList tokens)
    {
        int consumed = 0, place = 0, from = 0;
        while (_added.TryFind(text, from, consumed, out AddedTokenMatcher.Match match))
        {
            AppendWords(text[consumed..match.Start], place, tokens);
            int start = place + BertCharacters.CountCodePoints(text[consumed..match.Start]);
            place = start + BertCharacters.CountCodePoints(text[match.Start..match.End]);
            tokens.Ids.Add(match.Token.Id);
            tokens.Offsets?.Add((start, place));
            (consumed, from) = (match.End, match.Next);
        }

        AppendWords(text[consumed..], place, tokens);
    }

    private void AppendWords(ReadOnlySpan<char> text, int firstCodePoint, TokenList tokens)
    {
        var composed = new List<(int CodePoint, int Start, int End)>(text.Length);
        CanonicalComposition.Normalize(text, firstCodePoint, composed);
        List<(Rune Rune, int Start, int End)> lower = [.. composed.SelectMany(c => BertNormalizer.Lower(char.ConvertFromUtf32(c.CodePoint)).EnumerateRunes().Select(rune => (rune, c.Start, c.End)))];
        var pieces = new List<(int Id, int Bytes)>();
        for (int i = 0, end; i < lower.Count; i = end)
        {
            end = WordEnd(lower, i);
            if (!Rune.IsWhiteSpace(lower[i].Rune))
            {
                Append(lower[i..end], tokens, pieces);
            }
        }
    }

    /// <summary>The end of the word that starts at a place: what <c>'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+</c> matches there, or one white space.</summary>
    private static int WordEnd(List<(Rune Rune, int Start, int End)> text, int start)
    {
        if (text[start].Rune.Value == '\'' && Contractions.FirstOrDefault(c => start + c.Length <= text.Count && c.Index().All(unit => text[start + unit.Index].Rune.Value == unit.Item)) is { } contraction)
        {
            return start + contraction.Length;
        }

        int kind = Kind(text[start].Rune), end = start + 1;
        while (kind is Letter or Sign && end < text.Count && Kind(text[end].Rune) == kind)
        {
            end++;
        }

        return end;
    }

    private const int Blank = 0, Letter = 1, Digit = 2, Sign = 3;

    private static int Kind(Rune rune) => Rune.IsWhiteSpace(rune) ? Blank : Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Letter,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Digit,
        _ => Sign,
    };

    private void Append(List<(Rune Rune, int Start, int End)> word, TokenList tokens, List<(int Id, int Bytes)> pieces)
    {
        byte[] bytes = new byte[word.Sum(character => character.Rune.Utf8SequenceLength)];
        int[] owner = new int[bytes.Length];
        int at = 0;
        foreach ((int i, (Rune rune, _, _)) in word.Index())
        {
            int width = rune.EncodeToUtf8(bytes.AsSpan(at));
            owner.AsSpan(at, width).Fill(i);
            at += width;
        }

        pieces.Clear();
        _merges.Append(bytes, pieces);
        at = 0;
        foreach ((int id, int count) in pieces)
        {
            tokens.Ids.Add(id);
            tokens.Offsets?.Add((word[owner[at]].Start, word[owner[at + count - 1]].End));
            at += count;
        }
    }
}
