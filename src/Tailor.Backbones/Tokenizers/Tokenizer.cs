using Tailor.Foundation;

namespace Tailor.Backbones;

/// <summary>Turns texts into the token ids of a model's vocabulary. Tokenizers do not change once made and may be used by several threads.</summary>
public abstract class Tokenizer
{
    /// <summary>The number of ids, which run from 0.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>The id that fills short rows, when the vocabulary has one.</summary>
    public int? PadId { get; private protected init; }

    /// <summary>The id of what the vocabulary does not cover, when it has one.</summary>
    public int? UnkId { get; private protected init; }

    /// <summary>The id that starts a text, whose state stands for the whole text, when the vocabulary has one.</summary>
    public int? ClsId { get; private protected init; }

    /// <summary>The id that ends a text, when the vocabulary has one.</summary>
    public int? SepId { get; private protected init; }

    /// <summary>The id that hides a token in masked-language-model training, when the vocabulary has one.</summary>
    public int? MaskId { get; private protected init; }

    /// <summary>Opens the tokenizer of a Hugging Face model directory: <c>tokenizer.json</c> when it is there, else <c>vocab.txt</c> with <c>tokenizer_config.json</c>.</summary>
    /// <param name="modelDirectory">The directory.</param>
    /// <exception cref="InputException">There is no tokenizer, or its files are not valid or of a kind that is not supported.</exception>
    public static Tokenizer Load(string modelDirectory) => new WordPieceTokenizer(TokenizerFiles.Read(modelDirectory));

    /// <summary>The token of an id.</summary>
    /// <param name="id">An id below <see cref="VocabularySize"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such id.</exception>
    public abstract string TokenOf(int id);

    /// <summary>The id of a token, or null when the vocabulary does not hold it.</summary>
    /// <param name="token">The token as the vocabulary writes it.</param>
    public abstract int? IdOf(string token);

    /// <summary>A tokenizer that knows further tokens besides; their ids follow the last one.</summary>
    /// <param name="tokens">The tokens; those the vocabulary has already stay as they are.</param>
    public abstract Tokenizer WithTokens(IReadOnlyList<string> tokens);

    /// <summary>Tokenizes a text or a pair of texts, with the places of the tokens.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pair">The second text, or null for one text alone.</param>
    /// <param name="options">The limit and whether special tokens are added; null for no limit, and adding them.</param>
    /// <exception cref="InputException">The limit leaves no room for the special tokens.</exception>
    public abstract TokenizedText Encode(string text, string? pair = null, EncodeOptions? options = null);

    /// <summary>Appends a text's ids to a list, without adding special tokens.</summary>
    /// <param name="text">The text.</param>
    /// <param name="ids">The list that takes the ids.</param>
    public abstract void AppendIds(ReadOnlySpan<char> text, List<int> ids);

    /// <summary>The ids of a text or a pair with the model's special tokens, cut to a length: what <see cref="Encode"/> gives, without the places.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pair">The second text, or null for one text alone.</param>
    /// <param name="maxLength">The most ids to return, special tokens included.</param>
    /// <param name="firstLength">How many ids, from the first on, have type 0; the others have type 1.</param>
    /// <exception cref="InputException">The limit leaves no room for the special tokens.</exception>
    public abstract int[] EncodeIds(string text, string? pair, int maxLength, out int firstLength);

    /// <summary>
    /// Writes the tokenizer's files as Hugging Face's <c>transformers</c> reads them: <c>tokenizer.json</c>, <c>vocab.txt</c>, <c>tokenizer_config.json</c> and
    /// <c>special_tokens_map.json</c>.
    /// </summary>
    /// <param name="directory">The directory, made when it is not there.</param>
    public abstract void Save(string directory);
}
