using Tailor.Foundation;

namespace Tailor.Backbones;

/// <summary>All that makes CLIP's tokenizer, as its files hold it.</summary>
internal sealed record ClipDefinition
{
    /// <summary>The token before and the token after a text; the latter also stands for what is not known, and pads.</summary>
    public const string Start = "<|startoftext|>", End = "<|endoftext|>";

    /// <summary>What marks the last piece of a word.</summary>
    public const string WordEnd = "</w>";

    /// <summary>The file the definition was read from, for messages.</summary>
    public required string Source { get; init; }

    /// <summary>The vocabulary by id, added tokens included.</summary>
    public required IReadOnlyList<string> Tokens { get; init; }

    /// <summary>The merges, first the one that is made first.</summary>
    public required IReadOnlyList<(string Left, string Right)> Merges { get; init; }

    /// <summary>The tokens looked for in the text itself.</summary>
    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    /// <summary>Makes a definition; the tokens around texts are always looked for in texts.</summary>
    /// <exception cref="InputException">The vocabulary lacks one of the two or holds a token twice.</exception>
    public static ClipDefinition Of(string source, IReadOnlyList<string> tokens, IReadOnlyList<(string Left, string Right)> merges, IReadOnlyList<AddedToken> added)
    {
        Dictionary<string, int> ids = WordPieceDefinition.Index(source, tokens);
        foreach (string needed in new[] { Start, End })
        {
            if (!ids.ContainsKey(needed))
            {
                throw InputException.At(source, $"the vocabulary of {tokens.Count} tokens lacks {needed}", "CLIP's vocabulary holds both; check that this is the model's own");
            }
        }

        AddedToken[] around = [.. new[] { Start, End }.Where(token => added.All(known => known.Content != token)).Select(token => new AddedToken(ids[token], token) { Special = true })];
        return new ClipDefinition { Source = source, Tokens = tokens, Merges = merges, AddedTokens = [.. added, .. around] };
    }
}
