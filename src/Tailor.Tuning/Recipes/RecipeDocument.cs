using Tailor.Foundation;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Tailor.Tuning;

/// <summary>A recipe's YAML as a tree that knows where each node comes from: a line of the file or an override.</summary>
internal sealed class RecipeDocument
{
    /// <summary>The largest recipe file, in bytes or characters.</summary>
    public const int MaxSize = 64 * 1024;

    private const int MaxDepth = 8;

    /// <summary>The sections that may be written as the value of their key <c>kind</c>; an override of another key writes them out.</summary>
    private static readonly string[] SectionsWithKind = ["input", "adapter", "head", "loss", "calibration"];

    private readonly string _source;
    private readonly Dictionary<YamlNode, string> _overridden = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<YamlNode, YamlNode> _expanded = new(ReferenceEqualityComparer.Instance);

    private RecipeDocument(string source, YamlNode root)
    {
        _source = source;
        Root = root;
    }

    public YamlNode Root { get; }

    /// <summary>Parses YAML that is not trusted: its size and depth are bounded, and anchors, aliases and tags are refused before a tree is built.</summary>
    public static RecipeDocument Parse(string yaml, string source)
    {
        if (yaml.Length > MaxSize)
        {
            throw InputException.At(source, $"the recipe has {yaml.Length} characters", $"a recipe has at most {MaxSize}");
        }

        var parser = new Parser(new StringReader(yaml));
        try
        {
            Scan(parser, source);
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            return new RecipeDocument(source, stream.Documents[0].RootNode);
        }
        catch (YamlException fault)
        {
            throw NotYaml(source, fault, fault.Start.Line);
        }
        catch (InvalidOperationException fault)
        {
            // What YamlDotNet's parser throws where the text ends inside brackets.
            throw NotYaml(source, fault, parser.Current?.End.Line);
        }
    }

    /// <summary>The text as it may stand within one line of a message.</summary>
    public static string OneLine(string text)
    {
        string line = string.Concat(text.Take(120).Select(c => char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' ? ' ' : c));
        return text.Length > 120 ? line + "..." : line;
    }

    /// <summary>Whether the node stands for "not given": nothing, <c>null</c> or <c>~</c> without quotes.</summary>
    public static bool IsNull(YamlNode node) => node is YamlScalarNode { Style: ScalarStyle.Plain or ScalarStyle.Any, Value: null or "" or "~" or "null" };

    /// <summary>Puts a value in the place of what the file says.</summary>
    /// <param name="text">A dotted path, an equals sign and the value, such as <c>stages.0.lr=3e-5</c>.</param>
    public void Override(string text)
    {
        string place = $"--set {OneLine(text)}";
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string[] path = equals < 0 ? [] : text[..equals].Trim().Split('.');
        if (path.Length is 0 or > MaxDepth || path.Any(part => part.Length == 0 || !part.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_')))
        {
            throw InputException.At(place, "not an override", "write a dotted path, an equals sign and the value, such as stages.0.lr=3e-5");
        }

        var value = new YamlScalarNode(text[(equals + 1)..].Trim());
        _overridden[value] = place;
        YamlNode node = Root;
        for (int i = 0; i < path.Length; i++)
        {
            YamlNode? next = i == path.Length - 1 ? value : null;
            node = node switch
            {
                YamlMappingNode mapping => Enter(mapping, path[i], next, place),
                YamlSequenceNode sequence => Enter(sequence, path, i, next, place),
                _ => throw InputException.At(place, $"'{string.Join('.', path[..i])}' is a value", "it has no keys to set"),
            };
        }
    }

    /// <summary>Writes out a section's short form: the value of its key <c>kind</c> in the place of keys and values, such as <c>adapter: bitfit</c>.</summary>
    public YamlMappingNode Expand(YamlScalarNode value)
    {
        var key = new YamlScalarNode("kind");
        var section = new YamlMappingNode(key, value);
        (_expanded[key], _expanded[section]) = (value, value);
        return section;
    }

    /// <summary>Whether the node comes from an override.</summary>
    public bool IsOverridden(YamlNode node) => _overridden.ContainsKey(Written(node));

    /// <summary>The exception for a fault at a node.</summary>
    public InputException Fault(YamlNode node, string field, string found, string remedy) => _overridden.TryGetValue(Written(node), out string? place)
        ? InputException.At(place, found, remedy)
        : InputException.At(_source, found, remedy, Written(node).Start.Line, field.Length == 0 ? null : field);

    private YamlNode Written(YamlNode node) => _expanded.GetValueOrDefault(node, node);

    private static InputException NotYaml(string source, Exception fault, long? line)
    {
        string message = fault is YamlException ? fault.Message : "the text ends too early or a bracket is not closed";
        return new InputException(InputException.At(source, $"not valid YAML: {OneLine(message)}", "mend this line; recipes show NAME prints a valid recipe", line).Message, fault);
    }

    private static void Scan(Parser parser, string source)
    {
        int depth = 0;
        int documents = 0;
        while (parser.MoveNext())
        {
            ParsingEvent current = parser.Current!;
            depth += current.NestingIncrease;
            documents += current is DocumentStart ? 1 : 0;
            string? found = current switch
            {
                AnchorAlias => "an alias",
                NodeEvent { Anchor.IsEmpty: false } => "an anchor",
                NodeEvent { Tag.IsEmpty: false } => "a tag",
                _ when depth > MaxDepth + 2 => $"nesting deeper than {MaxDepth}",
                _ when documents > 1 => "a second document",
                _ => null,
            };
            if (found is not null)
            {
                throw InputException.At(source, $"{found} in a recipe", "a recipe is one document of plain keys and values", current.Start.Line);
            }
        }

        if (documents == 0)
        {
            throw InputException.At(source, "the recipe is empty", "give it name, summary, paper and stages");
        }
    }

    private YamlNode Enter(YamlMappingNode mapping, string key, YamlNode? value, string place)
    {
        var name = new YamlScalarNode(key);
        if (value is null && mapping.Children.TryGetValue(name, out YamlNode? existing) && !IsNull(existing))
        {
            return existing is YamlScalarNode kind && SectionsWithKind.Contains(key) ? mapping.Children[name] = Expand(kind) : existing;
        }

        value ??= new YamlMappingNode();
        mapping.Children.Remove(name);
        mapping.Children.Add(name, value);
        _overridden[name] = place;
        _overridden[value] = place;
        return value;
    }

    private static YamlNode Enter(YamlSequenceNode sequence, string[] path, int at, YamlNode? value, string place)
    {
        string list = string.Join('.', path[..at]);
        if (!int.TryParse(path[at], out int index) || index >= sequence.Children.Count)
        {
            throw InputException.At(place, $"'{path[at]}' is not a position in '{list}'", $"it has {sequence.Children.Count}, counted from 0: write {list}.0");
        }

        return value is null ? sequence.Children[index] : sequence.Children[index] = value;
    }
}
