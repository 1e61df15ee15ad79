using Spectre.Console;
using Tailor.Evaluation;

namespace Tailor.Cli;

/// <summary>The table of a comparison at work: each row's finished seeds and their mean dev score, how far the runs of the moment are, and a bar for the whole.</summary>
/// <param name="context">Where it is drawn.</param>
/// <param name="console">The terminal, for its width.</param>
internal sealed class ComparisonLiveTable(LiveDisplayContext context, IAnsiConsole console) : ProgressSurface
{
    private const int Gap = 2;
    private const int BarWidth = 24;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<string, Row> _rows = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, (string Entry, string Text, double Fraction)> _now = [];
    private int _planned, _done;
    private long _drawn;

    /// <summary>Shows the rows.</summary>
    public void Plan(ComparisonPlanned plan)
    {
        _planned = plan.Runs;
        foreach (PlannedEntry entry in plan.Entries)
        {
            _rows[entry.Name] = new Row(entry.Seeds, [.. entry.Finished.Select(run => run.BestDevScore)]);
        }

        Draw();
    }

    /// <summary>A run begins.</summary>
    public void Begin(int number, string entry, string which)
    {
        _now[number] = (entry, which, 0);
        Draw();
    }

    /// <summary>A run is finished.</summary>
    public void Finish(RunFinished finished)
    {
        _rows[finished.Entry].Scores.Add(finished.Run.BestDevScore);
        End(finished.Number);
    }

    /// <summary>A run is over.</summary>
    public void End(int number)
    {
        _now.Remove(number);
        _done++;
        Draw();
    }

    /// <summary>Where a run shows how far it is.</summary>
    public ProgressSurface Of(int number) => new RunSurface(this, number);

    /// <summary>Nothing is shown but by run.</summary>
    public override void Update(string title, double fraction, Func<string> status)
    {
    }

    /// <summary>What a run says of its stages is left out: the table shows it.</summary>
    public override void Line(string text)
    {
    }

    private void Advance(int number, double fraction, Func<string> text)
    {
        if (TimeProvider.System.GetElapsedTime(_drawn) >= Pause)
        {
            _now[number] = (_now[number].Entry, text(), fraction);
            Draw();
        }
    }

    private void Draw()
    {
        _drawn = TimeProvider.System.GetTimestamp();
        Table table = new Table().Border(TableBorder.None);
        string[][] rows = [["method", "seeds", "dev score", "now"], .. _rows.Select(row => Cells(row.Key, row.Value)), .. Whole()];
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
        return [name, $"{row.Scores.Count}/{row.Seeds}", scores.Length == 0 ? "-" : $"{SeedStatistics.Of(scores).Mean:F4}", string.Join("; ", _now.Values.Where(now => now.Entry == name).Select(now => now.Text))];
    }

    /// <summary>A bar for all runs of this call, where there are several.</summary>
    private IEnumerable<string[]> Whole()
    {
        if (_planned < 2)
        {
            return [];
        }

        double done = (_done + _now.Values.Sum(now => now.Fraction)) / _planned;
        int filled = (int)(done * BarWidth);
        return [["all", $"{_done}/{_planned}", "", $"{new string('\u2501', filled)}{new string('\u2500', BarWidth - filled)} {done:P0}"]];
    }

    private sealed record Row(int Seeds, List<double?> Scores);

    /// <summary>The part of the table that one run writes.</summary>
    private sealed class RunSurface(ComparisonLiveTable table, int number) : ProgressSurface
    {
        public override void Update(string title, double fraction, Func<string> status) => table.Advance(number, fraction, () => $"{title} {fraction:P0}  {status()}");

        public override void Line(string text)
        {
        }
    }
}
