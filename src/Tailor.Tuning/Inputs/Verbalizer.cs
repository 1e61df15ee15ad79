using Tailor.Backbones;
using Tailor.Foundation;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Tailor.Tuning;

/// <summary>
/// The words that stand for the classes at the mask (Schick and Schütze, EACL 2021, section 3.1). A class may have several words and a word several tokens: its score is the mean of all their logits (Glee, arXiv 2205.05461).
/// </summary>
/// <param name="Words">The words of each class, in the classes' order.</param>
public sealed record Verbalizer(IReadOnlyList<IReadOnlyList<string>> Words)
{
    private const long LargestFile = 16 << 20;
    private static readonly char[] Joints = ['-', '_', '#', '+', '/'];

    /// <summary>The classes' names, their joints turned into spaces.</summary>
    /// <param name="labels">The class names.</param>
    public static Verbalizer FromLabels(IReadOnlyList<string> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return new Verbalizer([.. labels.Select(label => (IReadOnlyList<string>)[string.Join(' ', label.Split(Joints, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))])]);
    }

    /// <summary>Reads a map from class names to words, a word or a list of them, in JSON or YAML. Its order does not matter.</summary>
    /// <param name="path">The file.</param>
    /// <param name="labels">The class names.</param>
    /// <param name="remark">Told of entries that are no class.</param>
    /// <exception cref="InputException">The file is missing, damaged, or lacks a class.</exception>
    public static Verbalizer Read(string path, IReadOnlyList<string> labels, Action<string> remark)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(remark);
        Dictionary<string, IReadOnlyList<string>> map = ReadMap(path);
        string[] missing = [.. labels.Where(label => !map.ContainsKey(label))];
        if (missing.Length > 0)
        {
            throw InputException.At(path, $"no words for the class{(missing.Length > 1 ? "es" : "")} {Listed(missing)}", "give every class a word, or leave --verbalizer out to use the class names");
        }

        string[] others = [.. map.Keys.Except(labels, StringComparer.Ordinal)];
        if (others.Length > 0)
        {
            remark($"{path} has words for {Listed(others)}, which {(others.Length > 1 ? "are no classes" : "is no class")} of this data");
        }

        return new Verbalizer([.. labels.Select(label => map[label])]);
    }

    /// <summary>The tokens of each class.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="remark">Told of words that the vocabulary does not cover.</param>
    /// <exception cref="InputException">A class has no token that the vocabulary covers.</exception>
    public int[][] TokenIds(Tokenizer tokenizer, Action<string> remark)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(remark);
        return [.. Words.Select(words =>
        {
            var ids = new List<int>();
            foreach (string word in words)
            {
                int before = ids.Count;
                tokenizer.AppendIds(word, ids);
                if (ids.FindIndex(before, id => id == tokenizer.UnkId) >= 0)
                {
                    remark($"the label word '{word}' is not in the model's vocabulary in whole or in part");
                }
            }

            return ids.All(id => id == tokenizer.UnkId)
                ? throw new InputException($"the label words {Listed(words)} have no token in the model's vocabulary; give the class other words with --verbalizer")
                : ids.ToArray();
        })];
    }

    private static Dictionary<string, IReadOnlyList<string>> ReadMap(string path)
    {
        const string remedy = "a verbalizer maps class names to a word or a list of words, in JSON or YAML";
        if (!File.Exists(path))
        {
            throw InputException.At(path, "no such file", "check the name given to --verbalizer");
        }

        if (new FileInfo(path).Length > LargestFile)
        {
            throw InputException.At(path, $"{new FileInfo(path).Length} bytes", $"{remedy} of at most {LargestFile} bytes");
        }

        var stream = new YamlStream();
        try
        {
            using var reader = new StreamReader(path);
            stream.Load(reader);
        }
        catch (YamlException fault)
        {
            throw InputException.At(path, fault.Message.Contains("Duplicate", StringComparison.OrdinalIgnoreCase) ? "a class stands here a second time" : "not valid JSON or YAML", remedy, line: (int)fault.Start.Line);
        }

        if (stream.Documents is not [{ RootNode: YamlMappingNode mapping }])
        {
            throw InputException.At(path, "not a map", remedy);
        }

        var map = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach ((YamlNode key, YamlNode value) in mapping.Children)
        {
            string[] words = value switch
            {
                YamlScalarNode { Value: { } word } => [word],
                YamlSequenceNode sequence => [.. sequence.Children.Select(child => (child as YamlScalarNode)?.Value ?? "")],
                _ => [],
            };
            if (key is not YamlScalarNode { Value: { } label } || words.Length == 0 || words.Any(string.IsNullOrWhiteSpace))
            {
                throw InputException.At(path, "an entry without a word", remedy, line: (int)key.Start.Line);
            }

            map[label] = words;
        }

        return map;
    }

    private static string Listed(IReadOnlyCollection<string> names) => string.Join(", ", names.Take(10).Select(n => $"'{n}'")) + (names.Count > 10 ? $" and {names.Count - 10} more" : "");
}
