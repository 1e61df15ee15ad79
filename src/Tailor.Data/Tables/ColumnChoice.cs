using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>Which of a table's columns hold the text, the second text of a pair, the label, and the origin of an augmentation.</summary>
/// <param name="Text">The text's column, as the table spells it.</param>
/// <param name="Pair">The second text's column, or null.</param>
/// <param name="Label">The label's column, or null.</param>
/// <param name="Origin">The origin's column, or null.</param>
internal sealed record ColumnChoice(string Text, string? Pair, string? Label, string? Origin = null)
{
    /// <summary>What the origin's column is called.</summary>
    public const string OriginName = "origin";

    private static readonly string[] TextNames =
        ["text", "text_a", "sentence", "sentence1", "content", "body", "message", "question", "premise", "document", "title"];

    private static readonly string[] PairNames = ["text_b", "sentence2", "pair", "hypothesis", "passage"];
    private static readonly string[] FirstOfPairNames = ["text_a", "sentence1", "question", "premise"];
    private static readonly string[] LabelNames = ["label", "class", "category", "intent", "target", "topic", "y"];

    /// <summary>Whether a column is called as texts are.</summary>
    public static bool HasText(IReadOnlyList<string> columns) => Guess(columns, TextNames) is not null;

    /// <summary>Chooses the columns: those named by the caller, else those whose names say what they hold. Case does not matter.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="columns">The table's columns.</param>
    /// <param name="options">The names the caller gave.</param>
    /// <exception cref="InputException">A named column is absent, no column looks like the text, labels are required and none is there, or a chosen name stands twice.</exception>
    public static ColumnChoice Of(string path, IReadOnlyList<string> columns, TableOptions options)
    {
        string text = Named(path, columns, options.TextColumn, "text")
            ?? Guess(columns, TextNames)
            ?? throw Missing(path, columns, "text", $"no column looks like the text (known names: {string.Join(", ", TextNames)})");
        string? pair = Named(path, columns, options.PairColumn, "pair");
        if (pair is null && FirstOfPairNames.Contains(text, StringComparer.OrdinalIgnoreCase))
        {
            pair = Guess(columns, PairNames);
        }

        string? label = Named(path, columns, options.LabelColumn, "label") ?? Guess(columns, LabelNames);
        if (label is null && options.RequireLabels)
        {
            throw Missing(path, columns, "label", $"no column looks like the label (known names: {string.Join(", ", LabelNames)})");
        }

        string? origin = options.WithOrigins ? Find(columns, OriginName) : null;
        foreach (string chosen in new[] { text, pair, label, origin }.OfType<string>())
        {
            if (columns.Count(c => c == chosen) > 1)
            {
                throw InputException.At(path, $"two columns are named '{chosen}'", "rename one of them", line: 1);
            }
        }

        return new ColumnChoice(text, pair, label, origin);
    }

    private static string? Named(string path, IReadOnlyList<string> columns, string? name, string role)
    {
        if (name is null)
        {
            return null;
        }

        return Find(columns, name) ?? throw Missing(path, columns, role, $"no column '{name}'{NearestName.Hint(name, columns)}");
    }

    private static string? Guess(IReadOnlyList<string> columns, IEnumerable<string> names) =>
        names.Select(name => Find(columns, name)).FirstOrDefault(found => found is not null);

    private static string? Find(IReadOnlyList<string> columns, string name) =>
        columns.FirstOrDefault(c => c == name) ?? columns.FirstOrDefault(c => string.Equals(c, name, StringComparison.OrdinalIgnoreCase));

    private static InputException Missing(string path, IReadOnlyList<string> columns, string role, string found)
    {
        const int Shown = 20;
        string list = string.Join(", ", columns.Take(Shown).Select(c => $"'{Excerpt.Of(c)}'")) + (columns.Count > Shown ? $" and {columns.Count - Shown} more" : "");
        return InputException.At(path, found, $"the columns are {list}: name one with --{role}-column", line: 1);
    }
}
