using Spectre.Console;
using Tailor.Evaluation;

namespace Tailor.Cli;

/// <summary>The table of a comparison at work: each row's finished seeds and their mean dev score, and how far the run of the moment is.</summary>
/// <param name="context">Where it is drawn.</param>
/// <param name="console">The terminal, for its width.</param>
internal sealed class ComparisonLiveTable(LiveDisplayContext context, IAnsiConsole console) : ProgressSurface
{
    private const int Gap = 2;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<string, Row> _rows = new(StringComparer.Ordinal);
    private string _current = "", _now = "";
    private long _drawn;

    /// <summary>Shows the rows.</summary>
    public void Plan(ComparisonPlanned plan)
    {
        foreach (PlannedEntry entry in plan.Entries)
        {
            _rows[entry.Name] = new Row(entry.Seeds, [.. entry.Finished.Select(run => run.BestDevScore)]);
        }

        Draw();
    }

    /// <summary>A run begins.</summary>
    public void Begin(string entry, string which)
    {
        (_current, _now) = (entry, which);
        Draw();
    }

    /// <summary>A run is finished.</summary>
    public void Finish(RunFinished finished)
    {
        _rows[finished.Entry].Scores.Add(finished.Run.BestDevScore);
        (_current, _now) = ("", "");
        Draw();
    }

    /// <inheritdoc/>
    public override void Update(string title, double fraction, Func<string> status)
    {
        if (TimeProvider.System.GetElapsedTime(_drawn) >= Pause)
        {
            _now = $"{title} {fraction:P0}  {status()}";
            Draw();
        }
    }

    /// <summary>What a run says of its stages is left out: the table shows it.</summary>
    public override void Line(string text)
    {
    }

    private void Draw()
    {
        _drawn = TimeProvider.System.GetTimestamp();
        Table table = new Table().Border(TableBorder.None);
        string[][] rows = [["method", "seeds", "dev score", "now"], .. _rows.Select(row => Cells(row.Key, row.Value))];
        int[] widths = [.. Enumerable.Range(0, 3).Select(column => rows.Max(row => row[column].Length) + Gap)];
        int room = Math.Max(0, console.Profile.Width - widths.Sum() - 1);
        foreach (string header in rows[0])
        {
            table.AddColumn(new TableColumn(new Text(header, new Style(decoration: Decoration.Bold))) { Padding = new Padding(0, 0, Gap, 0), NoWrap = true });
        }

        foreach (string[] row in rows.Skip(1))
        {
            // What does not fit is cut here: the table would rather break every column.
            string now = row[^1].Length <= room ? row[^1] : row[^1][..room];
            table.AddRow([.. row.SkipLast(1).Append(now).Select(cell => new Text(cell))]);
        }

        context.UpdateTarget(table);
    }

    private string[] Cells(string name, Row row)
    {
        double[] scores = [.. row.Scores.OfType<double>()];
        return [name, $"{row.Scores.Count}/{row.Seeds}", scores.Length == 0 ? "-" : $"{SeedStatistics.Of(scores).Mean:F4}", name == _current ? _now : ""];
    }

    private sealed record Row(int Seeds, List<double?> Scores);
}
