using System.Globalization;
using Tailor.Foundation;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Tailor.Tuning;

/// <summary>
/// The keys of one section of a recipe and the rules between them: the single account from which recipes are read, checked and written.
/// A key may say when it means nothing beside the others; such a key is refused when given and left out when written.
/// </summary>
/// <typeparam name="T">The section's record.</typeparam>
/// <param name="empty">The record with its defaults.</param>
internal sealed class RecipeSection<T>(T empty)
{
    private const string Auto = "auto";
    private readonly List<Key> _keys = [];
    private readonly List<Rule> _rules = [];

    public RecipeSection<T> Number(string name, Func<T, double?> get, Func<T, double, T> set, NumberRange range, Func<T, string?>? idle = null) => Scalar(
        name,
        range.ToString(),
        text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && range.Contains(value) ? value : null,
        set,
        record => get(record) is { } value ? Format(value) : "null",
        idle);

    public RecipeSection<T> Whole(string name, Func<T, int?> get, Func<T, int, T> set, int min, int max, Func<T, string?>? idle = null) => Scalar(
        name,
        $"a whole number from {min} to {max}",
        text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max ? value : null,
        set,
        record => get(record)?.ToString(CultureInfo.InvariantCulture) ?? "null",
        idle);

    public RecipeSection<T> Flag(string name, Func<T, bool> get, Func<T, bool, T> set, Func<T, string?>? idle = null) =>
        Choice(name, [("true", true), ("false", false)], get, set, idle);

    /// <summary>Adds a key that names one of a few values.</summary>
    public RecipeSection<T> Choice<TValue>(string name, (string Name, TValue Value)[] choices, Func<T, TValue> get, Func<T, TValue, T> set, Func<T, string?>? idle = null)
        where TValue : struct
    {
        // Loops, not queries: every enum would have the runtime compile a dozen methods of queries over pairs of its own, a tenth of a short command's time.
        string[] names = new string[choices.Length];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = choices[i].Name;
        }

        string Written(T record)
        {
            TValue value = get(record);
            int index = 0;
            while (!EqualityComparer<TValue>.Default.Equals(choices[index].Value, value))
            {
                index++;
            }

            return names[index];
        }

        return Scalar(
            name,
            names.Length == 1 ? names[0] : $"one of {string.Join(", ", names)}",
            text => Array.IndexOf(names, text) is >= 0 and var index ? choices[index].Value : null,
            set,
            Written,
            idle,
            names);
    }

    /// <summary>Adds a key that names a value of an enum, in snake_case.</summary>
    public RecipeSection<T> Choice<TValue>(string name, Func<T, TValue> get, Func<T, TValue, T> set, Func<T, string?>? idle = null)
        where TValue : struct, Enum
    {
        TValue[] values = Enum.GetValues<TValue>();
        var choices = new (string, TValue)[values.Length];
        for (int i = 0; i < choices.Length; i++)
        {
            choices[i] = (RecipeName.Of(values[i]), values[i]);
        }

        return Choice(name, choices, get, set, idle);
    }

    /// <summary>Adds a key that is a number or the word auto, which stands for null.</summary>
    public RecipeSection<T> NumberOrAuto(string name, Func<T, double?> get, Func<T, double?, T> set, NumberRange range, Func<T, string?>? idle = null) => Scalar<double>(
        name,
        $"auto, or {range}",
        text => text == Auto ? double.NaN : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && range.Contains(value) ? value : null,
        (record, value) => set(record, double.IsNaN(value) ? null : value),
        record => get(record) is { } value ? Format(value) : Auto,
        idle);

    /// <summary>Adds a key that is a whole number of at least 1 or the word auto, which stands for null.</summary>
    public RecipeSection<T> WholeOrAuto(string name, Func<T, int?> get, Func<T, int?, T> set, int min, int max, Func<T, string?>? idle = null) => Scalar<int>(
        name,
        $"auto, or a whole number from {min} to {max}",
        text => text == Auto ? 0 : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max ? value : null,
        (record, value) => set(record, value == 0 ? null : value),
        record => get(record)?.ToString(CultureInfo.InvariantCulture) ?? Auto,
        idle);

    /// <summary>Adds a key whose value is free text that <paramref name="isValid"/> accepts.</summary>
    public RecipeSection<T> Text(string name, Func<T, string> get, Func<T, string, T> set, string expected, Func<string, bool> isValid, IReadOnlyList<string>? known = null, Func<T, string?>? idle = null)
    {
        _keys.Add(new Key(
            name,
            (record, node, path, document) => set(record, ScalarText(node, path, document, expected) is var text && isValid(text)
                ? text
                : throw document.Fault(node, path, $"'{RecipeDocument.OneLine(text)}'{NearestName.Hint(text, known ?? [])}", $"expected {expected}")),
            record => TextNode(get(record)),
            idle));
        return this;
    }

    public RecipeSection<T> Nested<TValue>(string name, RecipeSection<TValue> section, Func<T, TValue> get, Func<T, TValue, T> set)
    {
        _keys.Add(new Key(
            name,
            (record, node, path, document) => set(record, section.ReadShort(node, path, document)),
            record => section.WriteShort(get(record)),
            null));
        return this;
    }

    /// <summary>Adds a key whose value is a list of single values: <c>[a, b]</c>, or <c>a, b</c>.</summary>
    public RecipeSection<T> Values<TValue>(
        string name, Func<T, IReadOnlyList<TValue>> get, Func<T, IReadOnlyList<TValue>, T> set, string expected, Func<string, TValue?> parse, Func<TValue, string> write, int max, Func<T, string?>? idle = null)
    {
        _keys.Add(new Key(
            name,
            (record, node, path, document) =>
            {
                string[] texts = node is YamlSequenceNode sequence
                    ? [.. sequence.Children.Select(child => ScalarText(child, path, document, expected))]
                    : ScalarText(node, path, document, expected).Trim('[', ']').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
                return texts.Length <= max
                    ? set(record, [.. texts.Select(text => parse(text) ?? throw document.Fault(node, path, $"'{RecipeDocument.OneLine(text)}'", $"expected {expected}"))])
                    : throw document.Fault(node, path, $"{texts.Length} values", $"expected at most {max}");
            },
            record => new YamlSequenceNode(get(record).Select(value => new YamlScalarNode(write(value)))) { Style = YamlDotNet.Core.Events.SequenceStyle.Flow },
            idle));
        return this;
    }

    public RecipeSection<T> List<TValue>(string name, RecipeSection<TValue> section, Func<T, IReadOnlyList<TValue>> get, Func<T, IReadOnlyList<TValue>, T> set, int max)
    {
        _keys.Add(new Key(
            name,
            (record, node, path, document) => node is YamlSequenceNode { Children.Count: > 0 } sequence && sequence.Children.Count <= max
                ? set(record, sequence.Children.Select((child, i) => section.Read(child, $"{path}.{i}", document)).ToArray())
                : throw document.Fault(node, path, Describe(node), $"expected a list of 1 to {max} entries, each begun with '- '"),
            record => new YamlSequenceNode(get(record).Select(section.Write)),
            null));
        return this;
    }

    /// <summary>Adds a key that is a section or a list of such; one entry is written without the list.</summary>
    public RecipeSection<T> OneOrMore<TValue>(string name, RecipeSection<TValue> section, Func<T, IReadOnlyList<TValue>> get, Func<T, IReadOnlyList<TValue>, T> set, int max)
    {
        _keys.Add(new Key(
            name,
            (record, node, path, document) => node is YamlSequenceNode sequence
                ? sequence.Children.Count <= max
                    ? set(record, sequence.Children.Select((child, i) => section.ReadShort(child, $"{path}.{i}", document)).ToArray())
                    : throw document.Fault(node, path, Describe(node), $"expected at most {max}")
                : set(record, [section.ReadShort(node, path, document)]),
            record => get(record) is [var single] ? section.WriteShort(single) : new YamlSequenceNode(get(record).Select(section.WriteShort)),
            null));
        return this;
    }

    /// <summary>Adds a rule between keys; the fault is laid at the first of <paramref name="keys"/> that was given, or at the section.</summary>
    /// <param name="keys">The keys that the rule is about.</param>
    /// <param name="fault">What is wrong and what to do, or null.</param>
    public RecipeSection<T> Require(string[] keys, Func<T, Func<string, bool>, (string Found, string Remedy)?> fault)
    {
        _rules.Add(new Rule(keys, fault));
        return this;
    }

    /// <summary>Reads a section that may be in its short form, the value of its key <c>kind</c> alone.</summary>
    private T ReadShort(YamlNode node, string path, RecipeDocument document) =>
        Read(node is YamlScalarNode kind && _keys.Any(key => key.Name == "kind") ? document.Expand(kind) : node, path, document);

    private YamlNode WriteShort(T record) => Write(record) is var written && written.Children.Count == 1 && written.Children.TryGetValue("kind", out YamlNode? kind) ? kind : written;

    public T Read(YamlNode node, string path, RecipeDocument document)
    {
        if (node is not YamlMappingNode mapping)
        {
            throw document.Fault(node, path, Describe(node), $"expected keys and values: {string.Join(", ", _keys.Select(key => key.Name))}");
        }

        Dictionary<string, (YamlNode Name, YamlNode Value)> given = Given(mapping, path, document);
        T record = empty;
        foreach (Key key in _keys.Where(key => given.ContainsKey(key.Name)))
        {
            record = key.Read(record, given[key.Name].Value, Join(path, key.Name), document);
        }

        foreach (Key key in _keys.Where(key => given.ContainsKey(key.Name)))
        {
            if (key.Idle?.Invoke(record) is { } reason)
            {
                throw document.Fault(given[key.Name].Name, Join(path, key.Name), $"{key.Name} means nothing {reason}", $"remove {key.Name}, or set it to null with --set");
            }
        }

        foreach (Rule rule in _rules)
        {
            if (rule.Fault(record, given.ContainsKey) is (string found, string remedy))
            {
                string? blamed = rule.Keys.OrderByDescending(key => given.TryGetValue(key, out var at) && document.IsOverridden(at.Name)).FirstOrDefault(given.ContainsKey);
                throw document.Fault(blamed is null ? mapping : given[blamed].Name, blamed is null ? path : Join(path, blamed), found, remedy);
            }
        }

        return record;
    }

    public YamlMappingNode Write(T record)
    {
        var mapping = new YamlMappingNode();
        foreach (Key key in _keys.Where(key => key.Idle?.Invoke(record) is null))
        {
            mapping.Add(key.Name, key.Write(record));
        }

        return mapping;
    }

    private Dictionary<string, (YamlNode Name, YamlNode Value)> Given(YamlMappingNode mapping, string path, RecipeDocument document)
    {
        Dictionary<string, (YamlNode, YamlNode)> given = [];
        foreach ((YamlNode name, YamlNode value) in mapping.Children)
        {
            string text = name is YamlScalarNode { Value: { } written } ? written : "";
            if (_keys.All(key => key.Name != text))
            {
                IEnumerable<string> names = _keys.Select(key => key.Name);
                throw document.Fault(name, path, $"unknown key '{RecipeDocument.OneLine(text)}'{NearestName.Hint(text, names)}", $"the keys here are {string.Join(", ", names)}");
            }

            if (!RecipeDocument.IsNull(value))
            {
                given.Add(text, (name, value));
            }
        }

        return given;
    }

    private RecipeSection<T> Scalar<TValue>(
        string name, string expected, Func<string, TValue?> parse, Func<T, TValue, T> set, Func<T, string> write, Func<T, string?>? idle, string[]? names = null)
        where TValue : struct
    {
        _keys.Add(new Key(
            name,
            (record, node, path, document) =>
            {
                string text = ScalarText(node, path, document, expected);
                bool quoted = names is null && ((YamlScalarNode)node).Style is not (ScalarStyle.Plain or ScalarStyle.Any);
                if (!quoted && parse(text) is { } value)
                {
                    return set(record, value);
                }

                string kind = quoted ? "a text in quotes, " : "";
                throw document.Fault(node, path, $"{kind}'{RecipeDocument.OneLine(text)}'{NearestName.Hint(text, names ?? [])}", $"expected {expected}");
            },
            record => new YamlScalarNode(write(record)),
            idle));
        return this;
    }

    private static string ScalarText(YamlNode node, string path, RecipeDocument document, string expected) =>
        node is YamlScalarNode { Value: { } text } ? text : throw document.Fault(node, path, Describe(node), $"expected {expected}");

    private static string Describe(YamlNode node) => node switch
    {
        YamlSequenceNode sequence => $"a list of {sequence.Children.Count}",
        YamlMappingNode => "keys and values",
        _ => $"'{RecipeDocument.OneLine(((YamlScalarNode)node).Value ?? "")}'",
    };

    private static YamlScalarNode TextNode(string text)
    {
        var node = new YamlScalarNode(text);
        node.Style = RecipeDocument.IsNull(node) ? ScalarStyle.DoubleQuoted : ScalarStyle.Any;
        return node;
    }

    private static string Format(double value) => value.ToString("R", CultureInfo.InvariantCulture).ToLowerInvariant();

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    private sealed record Key(string Name, Func<T, YamlNode, string, RecipeDocument, T> Read, Func<T, YamlNode> Write, Func<T, string?>? Idle);

    private sealed record Rule(string[] Keys, Func<T, Func<string, bool>, (string Found, string Remedy)?> Fault);
}
