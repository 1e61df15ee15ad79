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
    private TrainingProgress? _run;

    private ComparisonProgress(Session session, ProgressSurface surface, ComparisonLiveTable? table) => (_session, _surface, _table) = (session, surface, table);

    /// <summary>Runs work with the display that fits where standard error goes.</summary>
    public static T Run<T>(Session session, Func<IProgress<ComparisonEvent>, T> work)
    {
        if (session.Quiet || !Terminal.ErrorMoves)
        {
            return ProgressSurface.Run(session, surface => work(new ComparisonProgress(session, surface, table: null)));
        }

        IAnsiConsole console = Terminal.OpenError(session.Error);
        try
        {
            return console.Live(new Text("")).AutoClear(enabled: true).Start(context =>
            {
                var table = new ComparisonLiveTable(context, console);
                session.Talk = text => console.Write(new Text(text + Environment.NewLine));
                return work(new ComparisonProgress(session, table, table));
            });
        }
        finally
        {
            session.Talk = null;
        }
    }

    /// <summary>Takes an event; called by the training thread.</summary>
    public void Report(ComparisonEvent value)
    {
        switch (value)
        {
            case ComparisonPlanned plan:
                _session.Say($"{plan.Entries.Count} to compare, {plan.Runs} runs to do, {plan.Entries.Sum(entry => entry.Finished.Count)} finished before");
                _table?.Plan(plan);
                break;
            case RunStarted started:
                string which = started.Seed is { } seed ? $"seed {seed}" : "its only run";
                _run = new TrainingProgress(_surface, _table is null ? $"{started.Entry}, {which} ({started.Number} of {started.Runs})" : which);
                _table?.Begin(started.Entry, which);
                break;
            case RunAdvanced { Event: Remark remark }:
                // Every run says the same of its data.
                if (_said.Add(remark.Text))
                {
                    _session.Say(remark.Text);
                }

                break;
            case RunAdvanced advanced:
                _run?.Report(advanced.Event);
                break;
            case RunFinished finished:
                _table?.Finish(finished);
                break;
            case RunDiverged { Failure: var failure }:
                _session.Say($"{failure.Entry}, seed {failure.Seed}: {failure.Reason}; the other runs go on");
                _table?.Begin("", "");
                break;
        }
    }
}
