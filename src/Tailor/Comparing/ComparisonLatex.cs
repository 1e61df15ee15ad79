using System.Text;

namespace Tailor;

/// <summary>Writes a comparison as LaTeX tables.</summary>
internal static class ComparisonLatex
{
    public static string Of(ComparisonResult result)
    {
        var text = new StringBuilder("% \\usepackage{booktabs}\n");
        Append(text, ComparisonTable.Scores(result));
        if (result.AgainstBest.Count > 0)
        {
            text.Append($"\n\\par\\medskip\\noindent Below the best by {Escape(result.Metric)}:\n\n");
            Append(text, ComparisonTable.AgainstBest(result));
        }

        text.Append($"\n\\par\\medskip\\noindent\n{string.Join('\n', result.Sentences.Select(Escape))}\n");
        return text.ToString();
    }

    /// <summary>A text as LaTeX sets it, in one line.</summary>
    internal static string Escape(string text)
    {
        var escaped = new StringBuilder();
        foreach (char c in text.ReplaceLineEndings(" "))
        {
            _ = c switch
            {
                '&' or '%' or '$' or '#' or '_' or '{' or '}' => escaped.Append('\\').Append(c),
                '\\' => escaped.Append(@"\textbackslash{}"),
                '~' => escaped.Append(@"\textasciitilde{}"),
                '^' => escaped.Append(@"\textasciicircum{}"),
                '<' => escaped.Append("$<$"),
                '>' => escaped.Append("$>$"),
                '|' => escaped.Append("$|$"),
                '±' => escaped.Append(@"$\pm$"),
                _ => escaped.Append(c),
            };
        }

        return escaped.ToString();
    }

    private static void Append(StringBuilder text, ComparisonTable table)
    {
        text.Append($"\\begin{{tabular}}{{l{new string('r', table.Headers.Count - 1)}}}\n\\toprule\n{Row(table.Headers)}\\midrule\n");
        foreach (ComparisonTableRow row in table.Rows)
        {
            text.Append(Row(row.Cells.Prepend($"{row.Name} {row.Mark}".TrimEnd())));
        }

        text.Append("\\bottomrule\n\\end{tabular}\n");
    }

    private static string Row(IEnumerable<string> cells) => $"{string.Join(" & ", cells.Select(Escape))} \\\\\n";
}
