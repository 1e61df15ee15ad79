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
    private TrainingProgress? _run;

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

    /// <summary>Takes an event; called by the training thread.</summary>
    public void Report(ComparisonEvent value)
    {
        switch (value)
        {
            case ComparisonPlanned plan:
                _session.Say($"{plan.Entries.Count} to compare, {plan.Runs} runs to do, {plan.Entries.Sum(entry => entry.Finished.Count)} finished before");
                if (_advice is not null && plan.Runs > 0)
                {
                    _session.Say(_advice);
                }

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
