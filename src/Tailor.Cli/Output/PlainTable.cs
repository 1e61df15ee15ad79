using Spectre.Console;

namespace Tailor.Cli;

/// <summary>A table without lines: readable on a terminal, and one line a row for other programs.</summary>
internal static class PlainTable
{
    /// <summary>Writes a table.</summary>
    /// <param name="session">Where to.</param>
    /// <param name="headers">The columns' heads; one that begins with '>' is aligned to the right. Long cells belong in the last columns, which wrap.</param>
    /// <param name="rows">The rows, each with a cell for every column.</param>
    public static void Write(Session session, IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table().Border(TableBorder.None);
        for (int i = 0; i < headers.Count; i++)
        {
            bool right = headers[i].StartsWith('>');
            var column = new TableColumn(new Text(headers[i].TrimStart('>'), new Style(decoration: Decoration.Bold))) { Padding = new Padding(0, 0, 2, 0), NoWrap = i == 0 || right };
            table.AddColumn(right ? column.RightAligned() : column);
        }

        foreach (IReadOnlyList<string> row in rows)
        {
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        session.Console.Write(table);
    }
}
