using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;

namespace Tailor.Tuning;

/// <summary>Fills a template with texts. All tokens belong to segment 0, and only the texts are cut to the length, never the template (Glee, arXiv 2205.05461, code).</summary>
public sealed class TemplateEncoder
{
    private readonly Tokenizer _tokenizer;
    private readonly bool _needsPair;
    private readonly List<(TemplatePart Part, int[] Ids)> _pieces = [];
    private readonly int _room;

    /// <summary>Prepares a template for a tokenizer.</summary>
    /// <param name="template">The template.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="maxLength">The most tokens of one example.</param>
    /// <exception cref="InputException">The vocabulary lacks a special token, or the template leaves no room for a text.</exception>
    public TemplateEncoder(PromptTemplate template, Tokenizer tokenizer, int maxLength)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(tokenizer);
        (_tokenizer, _needsPair) = (tokenizer, template.NeedsPair);
        foreach ((TemplatePart part, string text) in template.Pieces)
        {
            _pieces.Add((part, part switch
            {
                TemplatePart.Literal => Ids(text),
                TemplatePart.Cls => [Special(tokenizer.ClsId, "{cls}")],
                TemplatePart.Sep => [Special(tokenizer.SepId, "{sep}")],
                TemplatePart.Soft => [Special(tokenizer.IdOf(text), text)],
                TemplatePart.Mask => [Special(tokenizer.MaskId, "{mask}")],
                _ => [],
            }));
        }

        _room = maxLength - _pieces.Sum(p => p.Ids.Length);
        int texts = template.NeedsPair ? 2 : 1;
        if (_room < texts)
        {
            throw new InputException($"the template takes {maxLength - _room} tokens of max length {maxLength}, which leaves no room for the text; raise --set input.max_length");
        }
    }

    /// <summary>One example's tokens, read at the mask, or at the first token of a template without one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pair">The second text; not used by a template without <c>{text_b}</c>.</param>
    /// <exception cref="InputException">The template asks for a second text and there is none.</exception>
    public TokenSequence Encode(string text, string? pair)
    {
        if (_needsPair && pair is null)
        {
            throw new InputException("the template has {text_b}, and an example has no second text; name its column with --pair-column, or take {text_b} out of input.template");
        }

        int[] a = Ids(text), b = _needsPair ? Ids(pair!) : [];
        (int keepA, int keepB) = Keep(a.Length, b.Length);
        var ids = new List<int>(_room);
        int readAt = 0;
        foreach ((TemplatePart part, int[] fixedIds) in _pieces)
        {
            readAt = part == TemplatePart.Mask ? ids.Count : readAt;
            ids.AddRange(part switch
            {
                TemplatePart.TextA => a.AsSpan(0, keepA),
                TemplatePart.TextB => b.AsSpan(0, keepB),
                _ => fixedIds,
            });
        }

        return new TokenSequence([.. ids], ids.Count, readAt);
    }

    /// <summary>Tokens are taken from the end of the longer text, from the second of two equals.</summary>
    private (int A, int B) Keep(int a, int b)
    {
        if (a + b <= _room)
        {
            return (a, b);
        }

        int half = _room / 2;
        return b <= half ? (_room - b, b) : a <= half + (_room % 2) ? (a, _room - a) : (_room - half, half);
    }

    private int[] Ids(string text)
    {
        var ids = new List<int>();
        _tokenizer.AppendIds(text, ids);
        return [.. ids];
    }

    private static int Special(int? id, string placeholder) => id ?? throw new InputException($"the model's vocabulary has no token for {placeholder}; use another template or another model");
}
