using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;

namespace Tailor.Tuning;

/// <summary>How texts become tokens, by a recipe's input and a model's tokenizer.</summary>
public sealed class TextInput
{
    private readonly InputRecipe _recipe;
    private readonly TemplateEncoder? _template;

    /// <summary>Prepares a recipe's input for a tokenizer.</summary>
    /// <param name="recipe">The recipe's input.</param>
    /// <param name="tokenizer">The tokenizer, with a template's soft tokens in it.</param>
    /// <exception cref="InputException">The template does not fit the tokenizer or the length.</exception>
    public TextInput(InputRecipe recipe, Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(tokenizer);
        (_recipe, Tokenizer) = (recipe, tokenizer);
        if (recipe.Kind == InputKind.Template)
        {
            PromptTemplate template = PromptTemplate.Parse(recipe.Template);
            _template = new TemplateEncoder(template, tokenizer, recipe.MaxLength);
            (ReadsMask, NeedsPair) = (template.Pieces.Any(piece => piece.Part == TemplatePart.Mask), template.NeedsPair);
        }
    }

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Whether the head reads the position of a template's mask, and not the first.</summary>
    public bool ReadsMask { get; }

    /// <summary>Whether an example without a second text is refused.</summary>
    public bool NeedsPair { get; }

    /// <summary>Tokenises an example.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pair">The second text, or null.</param>
    public TokenSequence Tokenize(string text, string? pair)
    {
        if (_template is not null)
        {
            return _template.Encode(text, pair);
        }

        int[] ids = Tokenizer.EncodeIds(text, pair, _recipe.MaxLength, out int first);
        return new TokenSequence(ids, first);
    }

    /// <summary>Tokenises many examples.</summary>
    /// <param name="texts">Texts, each with its pair or null.</param>
    public TextSet Tokenize(IEnumerable<(string Text, string? Pair)> texts) => new([.. texts.Select(text => Tokenize(text.Text, text.Pair))]);
}
