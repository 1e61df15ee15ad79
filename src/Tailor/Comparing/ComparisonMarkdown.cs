using System.Text;

namespace Tailor;

/// <summary>Writes a comparison as Markdown tables (GitHub's).</summary>
internal static class ComparisonMarkdown
{
    private const string Special = "\\`*_{}[]<>#|~&";

    public static string Of(ComparisonResult result)
    {
        var text = new StringBuilder();
        Append(text, ComparisonTable.Scores(result));
        if (result.AgainstBest.Count > 0)
        {
            text.Append($"\nBelow the best by {Escape(result.Metric)}:\n\n");
            Append(text, ComparisonTable.AgainstBest(result));
        }

        text.Append('\n');
        foreach (string sentence in result.Sentences)
        {
            text.Append($"- {Escape(sentence)}\n");
        }

        return text.ToString();
    }

    /// <summary>A text as a Markdown reader shows it, in one line.</summary>
    internal static string Escape(string text)
    {
        var escaped = new StringBuilder();
        foreach (char c in text.ReplaceLineEndings(" "))
        {
            escaped.Append(Special.Contains(c, StringComparison.Ordinal) ? "\\" : "").Append(c);
        }

        return escaped.ToString();
    }

    private static void Append(StringBuilder text, ComparisonTable table)
    {
        text.Append($"| {string.Join(" | ", table.Headers.Select(Escape))} |\n|---|{string.Concat(Enumerable.Repeat("---:|", table.Headers.Count - 1))}\n");
        foreach (ComparisonTableRow row in table.Rows)
        {
            text.Append($"| {string.Join(" | ", row.Cells.Prepend($"{row.Name} {row.Mark}".TrimEnd()).Select(Escape))} |\n");
        }
    }
}
