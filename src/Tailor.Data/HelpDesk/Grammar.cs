using System.Text;
using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>
/// A context-free grammar of short texts: rules with alternatives, drawn at random. <c>name: a | b</c> is a rule, indented lines add alternatives,
/// <c>&lt;name&gt;</c> expands a rule, <c>(a | b)</c> chooses in place and <c>[a]</c> is there half of the time.
/// </summary>
internal sealed class Grammar
{
    private readonly Dictionary<string, List<Node>> _rules = new(StringComparer.Ordinal);

    private Grammar()
    {
    }

    private enum Kind
    {
        Literal,
        Rule,
        Sequence,
        Choice,
        Optional,
    }

    /// <summary>Reads a grammar and checks that every rule it names exists.</summary>
    /// <param name="text">The grammar's text.</param>
    /// <exception cref="FormatException">A rule is missing, doubled or not closed.</exception>
    public static Grammar Parse(string text)
    {
        var grammar = new Grammar();
        List<Node>? current = null;
        foreach (string raw in text.Split('\n'))
        {
            string line = raw.TrimEnd();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (line[0] != ' ')
            {
                int colon = line.IndexOf(':', StringComparison.Ordinal);
                if (colon < 0)
                {
                    throw new FormatException($"not a rule: {line}");
                }

                current = [];
                if (!grammar._rules.TryAdd(line[..colon], current))
                {
                    throw new FormatException($"the rule '{line[..colon]}' stands twice");
                }

                line = line[(colon + 1)..];
            }

            if (current is null)
            {
                throw new FormatException($"no rule above: {line}");
            }

            current.AddRange(new Parser(line).Alternatives());
        }

        foreach (string name in grammar._rules.Values.SelectMany(alternatives => alternatives).SelectMany(References))
        {
            if (!grammar._rules.ContainsKey(name))
            {
                throw new FormatException($"the rule '{name}' is named but not defined");
            }
        }

        return grammar;
    }

    /// <summary>The alternatives of a rule made of plain words, in the order of the file.</summary>
    public IReadOnlyList<string> Words(string rule) => _rules[rule].ConvertAll(node => node.Text.Trim());

    /// <summary>How many alternatives a rule has.</summary>
    public int Count(string rule) => _rules[rule].Count;

    /// <summary>Draws a text of a rule.</summary>
    public string Expand(string rule, ref RandomStream random) => ExpandAlternative(rule, random.NextInt(Count(rule)), ref random);

    /// <summary>Draws a text of one alternative of a rule.</summary>
    public string ExpandAlternative(string rule, int alternative, ref RandomStream random)
    {
        var text = new StringBuilder();
        Append(text, _rules[rule][alternative], ref random);
        return Tidy(text.ToString());
    }

    private static string Tidy(string text) => string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Replace(" ,", ",", StringComparison.Ordinal);

    private static IEnumerable<string> References(Node node) => node.Kind == Kind.Rule ? [node.Text] : node.Parts.SelectMany(References);

    private void Append(StringBuilder text, Node node, ref RandomStream random)
    {
        switch (node.Kind)
        {
            case Kind.Literal:
                text.Append(node.Text);
                break;
            case Kind.Rule:
                List<Node> alternatives = _rules[node.Text];
                Append(text, alternatives[random.NextInt(alternatives.Count)], ref random);
                break;
            case Kind.Choice:
                Append(text, node.Parts[random.NextInt(node.Parts.Count)], ref random);
                break;
            case Kind.Optional when random.NextInt(2) == 0:
                break;
            default:
                foreach (Node part in node.Parts)
                {
                    Append(text, part, ref random);
                }

                break;
        }
    }

    private sealed record Node(Kind Kind, string Text, IReadOnlyList<Node> Parts);

    private sealed class Parser(string line)
    {
        private int _at;

        public List<Node> Alternatives()
        {
            var alternatives = new List<Node> { Sequence() };
            while (_at < line.Length && line[_at] == '|')
            {
                _at++;
                alternatives.Add(Sequence());
            }

            return alternatives;
        }

        private Node Sequence()
        {
            var parts = new List<Node>();
            while (_at < line.Length && line[_at] is not ('|' or ')' or ']'))
            {
                parts.Add(line[_at] switch
                {
                    '<' => new Node(Kind.Rule, Until('>'), []),
                    '(' => Group(Kind.Choice, ')'),
                    '[' => Group(Kind.Optional, ']'),
                    _ => Literal(),
                });
            }

            return parts.Count == 1 ? parts[0] : new Node(Kind.Sequence, "", parts);
        }

        private Node Group(Kind kind, char close)
        {
            _at++;
            var node = new Node(kind, "", Alternatives());
            if (_at >= line.Length || line[_at++] != close)
            {
                throw new FormatException($"'{close}' is missing: {line}");
            }

            return node;
        }

        private Node Literal()
        {
            int start = _at;
            while (_at < line.Length && line[_at] is not ('|' or ')' or ']' or '<' or '(' or '['))
            {
                _at++;
            }

            return new Node(Kind.Literal, line[start.._at], []);
        }

        private string Until(char close)
        {
            int end = line.IndexOf(close, _at);
            if (end < 0)
            {
                throw new FormatException($"'{close}' is missing: {line}");
            }

            string inside = line[(_at + 1)..end];
            _at = end + 1;
            return inside;
        }
    }
}
