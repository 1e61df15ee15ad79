using System.Text;

namespace Tailor.Tuning;

/// <summary>What a piece of a template stands for.</summary>
public enum TemplatePart
{
    /// <summary>Text of the template's own.</summary>
    Literal,

    /// <summary>The model's starting token.</summary>
    Cls,

    /// <summary>The model's separator.</summary>
    Sep,

    /// <summary>The model's mask token, whose state is read.</summary>
    Mask,

    /// <summary>The example's text.</summary>
    TextA,

    /// <summary>The example's second text.</summary>
    TextB,

    /// <summary>A token of the template's own, added to the vocabulary, whose embedding is learned.</summary>
    Soft,
}

/// <summary>
/// An input template in the grammar of Glee (arXiv 2205.05461, code): literal text and the placeholders <c>{cls} {sep} {mask} {text_a} {text_b}</c> and the soft tokens <c>{p0} {p1} ...</c>; <c>{text}</c> is <c>{text_a}</c>, and doubled braces are braces.
/// A template without special tokens is the short form: <c>{cls}</c> and <c>{sep}</c> are put around it. Unlike there, text after the last placeholder is kept.
/// </summary>
public sealed class PromptTemplate
{
    private static readonly Dictionary<string, TemplatePart> Placeholders = new(StringComparer.Ordinal)
    {
        ["cls"] = TemplatePart.Cls,
        ["sep"] = TemplatePart.Sep,
        ["mask"] = TemplatePart.Mask,
        ["text"] = TemplatePart.TextA,
        ["text_a"] = TemplatePart.TextA,
        ["text_b"] = TemplatePart.TextB,
    };

    private PromptTemplate(IReadOnlyList<(TemplatePart Part, string Text)> pieces) => Pieces = pieces;

    /// <summary>The pieces in order; only literals and soft tokens have a text.</summary>
    public IReadOnlyList<(TemplatePart Part, string Text)> Pieces { get; }

    /// <summary>Whether a mask is read; without one it is the first token.</summary>
    public bool HasMask => Has(TemplatePart.Mask);

    /// <summary>Whether examples need a second text.</summary>
    public bool NeedsPair => Has(TemplatePart.TextB);

    /// <summary>The template's soft tokens as the vocabulary calls them, such as <c>[P0]</c>, each once.</summary>
    public IEnumerable<string> SoftTokens => Pieces.Where(p => p.Part == TemplatePart.Soft).Select(p => p.Text).Distinct(StringComparer.Ordinal);

    /// <summary>Reads a template.</summary>
    /// <param name="source">The template.</param>
    /// <exception cref="FormatException">It is not valid; the message says what is wrong and what to do.</exception>
    public static PromptTemplate Parse(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        List<(TemplatePart Part, string Text)> pieces = Split(source);
        foreach (TemplatePart part in new[] { TemplatePart.Mask, TemplatePart.TextA, TemplatePart.TextB })
        {
            int count = pieces.Count(p => p.Part == part);
            if (count > 1)
            {
                throw new FormatException($"{count} times {{{NameOf(part)}}}; once is the most");
            }
        }

        if (pieces.All(p => p.Part != TemplatePart.TextA))
        {
            throw new FormatException("no {text_a}; put it where the text belongs");
        }

        if (pieces.All(p => p.Part is not (TemplatePart.Cls or TemplatePart.Sep)))
        {
            pieces.Insert(0, (TemplatePart.Cls, ""));
            pieces.Add((TemplatePart.Sep, ""));
        }

        return new PromptTemplate(pieces);
    }

    private static List<(TemplatePart Part, string Text)> Split(string source)
    {
        var pieces = new List<(TemplatePart Part, string Text)>();
        var literal = new StringBuilder();
        for (int i = 0; i < source.Length; i++)
        {
            char c = source[i];
            if (c is '{' or '}' && i + 1 < source.Length && source[i + 1] == c)
            {
                literal.Append(c);
                i++;
            }
            else if (c == '}')
            {
                throw new FormatException("a '}' that closes nothing; write '}}' for a brace");
            }
            else if (c == '{')
            {
                int end = source.IndexOf('}', i);
                string name = end < 0 ? throw new FormatException("a '{' that is not closed; write '{{' for a brace") : source[(i + 1)..end];
                bool soft = name.Length is >= 2 and <= 4 && name[0] == 'p' && name.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0;
                TemplatePart part = TemplatePart.Soft;
                if (!soft && !Placeholders.TryGetValue(name, out part))
                {
                    throw new FormatException($"unknown placeholder {{{name}}}; the placeholders are {string.Join(' ', Placeholders.Keys.Select(p => $"{{{p}}}"))} {{p0}} to {{p999}}");
                }

                Flush();
                pieces.Add((part, soft ? $"[P{name[1..]}]" : ""));
                i = end;
            }
            else
            {
                literal.Append(c);
            }
        }

        Flush();
        return pieces;

        void Flush()
        {
            if (literal.Length > 0)
            {
                pieces.Add((TemplatePart.Literal, literal.ToString()));
                literal.Clear();
            }
        }
    }

    private static string NameOf(TemplatePart part) => Placeholders.Last(p => p.Value == part).Key;

    private bool Has(TemplatePart part) => Pieces.Any(p => p.Part == part);
}
