using Spectre.Console;

namespace Tailor.Cli;

/// <summary>Prints a comparison for reading.</summary>
internal static class ComparisonText
{
    private const int Gap = 2;

    /// <summary>Prints the tables and what they say in words.</summary>
    public static void Write(Session session, ComparisonResult result)
    {
        session.Out.WriteLine("Mean ± sample standard deviation over the seeds:");
        session.Out.WriteLine();
        Write(session, ComparisonTable.Scores(result));
        if (result.AgainstBest.Count > 0)
        {
            session.Out.WriteLine($"Below the best by {result.Metric}:");
            session.Out.WriteLine();
            Write(session, ComparisonTable.AgainstBest(result));
        }

        foreach (string sentence in result.Sentences)
        {
            session.Out.WriteLine(sentence);
        }
    }

    /// <summary>A table that is wider than the terminal goes on below, with the names again.</summary>
    private static void Write(Session session, ComparisonTable table)
    {
        string[][] rows = [.. table.Rows.Select(row => (string[])[$"{row.Name} {row.Mark}".TrimEnd(), .. row.Cells])];
        int[] widths = [.. table.Headers.Select((header, i) => Gap + rows.Select(row => row[i].Length).Append(header.Length).Max())];
        for (int next = 1; next < widths.Length;)
        {
            var columns = new List<int> { 0 };
            for (int width = widths[0]; next < widths.Length && (columns.Count == 1 || width + widths[next] <= session.Console.Profile.Width); next++)
            {
                columns.Add(next);
                width += widths[next];
            }

            PlainTable.Write(session, [.. columns.Select(i => i == 0 ? table.Headers[i] : ">" + table.Headers[i])], rows.Select(row => (IReadOnlyList<string>)[.. columns.Select(i => row[i])]));
            session.Out.WriteLine();
        }
    }
}
