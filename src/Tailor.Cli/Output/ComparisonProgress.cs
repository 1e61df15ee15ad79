using Spectre.Console;
using Tailor.Tuning;

namespace Tailor.Cli;

/// <summary>Shows a comparison at work: one live table on a terminal, plain lines elsewhere, nothing with --quiet.</summary>
internal sealed class ComparisonProgress : IProgress<ComparisonEvent>
{
    private readonly Session _session;
    private readonly ProgressSurface _surface;
    private readonly ComparisonLiveTable? _table;
    private readonly HashSet<string> _said = new(StringComparer.Ordinal);
    private readonly string? _advice;
    private readonly Dictionary<int, (string Title, TrainingProgress Shown)> _runs = [];
    private int _finished, _planned;

    private ComparisonProgress(Session session, ProgressSurface surface, ComparisonLiveTable? table, string? advice) =>
        (_session, _surface, _table, _advice) = (session, surface, table, advice);

    /// <summary>Runs work with the display that fits where standard error goes.</summary>
    /// <param name="session">The invocation.</param>
    /// <param name="work">The work.</param>
    /// <param name="advice">What is said when the runs begin, or null.</param>
    public static T Run<T>(Session session, Func<IProgress<ComparisonEvent>, T> work, string? advice = null)
    {
        if (session.Quiet || !Terminal.ErrorMoves)
        {
            return ProgressSurface.Run(session, surface => work(new ComparisonProgress(session, surface, table: null, advice)));
        }

        IAnsiConsole console = Terminal.OpenError(session.Error);
        try
        {
            return console.Live(new Text("")).AutoClear(enabled: true).Start(context =>
            {
                var table = new ComparisonLiveTable(context, console);
                session.Talk = text => console.Write(new Text(text + Environment.NewLine));
                return work(new ComparisonProgress(session, table, table, advice));
            });
        }
        finally
        {
            session.Talk = null;
        }
    }

    /// <summary>Takes an event; called by one thread at a time.</summary>
    public void Report(ComparisonEvent value)
    {
        switch (value)
        {
            case ComparisonPlanned plan:
                _planned = plan.Runs;
                _session.Say($"{plan.Entries.Count} to compare, {plan.Runs} runs to do, {plan.Entries.Sum(entry => entry.Finished.Count)} finished before");
                if (_advice is not null && plan.Runs > 0)
                {
                    _session.Say(_advice);
                }

                _table?.Plan(plan);
                break;
            case RunStarted started:
                string which = started.Seed is { } seed ? $"seed {seed}" : "its only run", title = $"{started.Entry}, {which}";
                _runs[started.Number] = (title, new TrainingProgress(_table?.Of(started.Number) ?? _surface, _table is null ? $"{title} ({started.Number} of {started.Runs})" : which));
                _table?.Begin(started.Number, started.Entry, which);
                break;
            case RunAdvanced { Event: Remark remark }:
                // Every run says the same of its data.
                if (_said.Add(remark.Text))
                {
                    _session.Say(remark.Text);
                }

                break;
            case RunAdvanced advanced:
                _runs[advanced.Number].Shown.Report(advanced.Event);
                break;
            case RunFinished finished:
                _finished++;
                if (_table is null)
                {
                    _surface.Line($"{_runs[finished.Number].Title}: {Scores(finished.Run)}; {_finished} of {_planned} runs done");
                }

                _table?.Finish(finished);
                break;
            case RunDiverged { Failure: var failure } diverged:
                _session.Say($"{failure.Entry}, seed {failure.Seed}: {failure.Reason}; the other runs go on");
                _table?.End(diverged.Number);
                break;
        }
    }

    private static string Scores(FinishedRun run)
    {
        string[] scores = [.. new[] { ("accuracy", "accuracy"), ("macro_f1", "macro F1") }.Where(metric => run.Scores.ContainsKey(metric.Item1)).Select(metric => $"{metric.Item2} {run.Scores[metric.Item1]:F4}")];
        return string.Join(", ", scores) + (run.Seconds is { } seconds ? $" in {seconds:F1} s" : "");
    }
}
