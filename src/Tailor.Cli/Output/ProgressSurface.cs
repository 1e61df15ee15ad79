using Spectre.Console;
using Spectre.Console.Rendering;

namespace Tailor.Cli;

/// <summary>Where long work shows how far it is: a moving bar on a terminal, a plain line every few seconds elsewhere, nothing with --quiet. All of it goes to standard error.</summary>
internal abstract class ProgressSurface
{
    /// <summary>Shows the state of the work; called as often as the work likes.</summary>
    /// <param name="title">What runs.</param>
    /// <param name="fraction">The part that is done, in [0, 1].</param>
    /// <param name="status">Makes the rest of the line; called only when a line is drawn.</param>
    public abstract void Update(string title, double fraction, Func<string> status);

    /// <summary>Says something that stays.</summary>
    public abstract void Line(string text);

    /// <summary>Runs work with the surface that fits where standard error goes.</summary>
    public static T Run<T>(Session session, Func<ProgressSurface, T> work)
    {
        if (session.Quiet)
        {
            return work(new SilentSurface());
        }

        if (!Terminal.ErrorMoves)
        {
            return work(new PlainSurface(session.Error));
        }

        IAnsiConsole console = Terminal.OpenError(session.Error);
        var line = new StatusColumn();
        try
        {
            return console.Progress()
                .AutoClear(enabled: true)
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn { Width = 24 }, new PercentageColumn(), line)
                .Start(context =>
                {
                    var surface = new TerminalSurface(console, context, line);
                    session.Talk = surface.Line;
                    return work(surface);
                });
        }
        finally
        {
            session.Talk = null;
        }
    }

    private sealed class SilentSurface : ProgressSurface
    {
        public override void Update(string title, double fraction, Func<string> status)
        {
        }

        public override void Line(string text)
        {
        }
    }

    private sealed class PlainSurface(TextWriter writer) : ProgressSurface
    {
        private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
        private long _last = TimeProvider.System.GetTimestamp();

        public override void Update(string title, double fraction, Func<string> status)
        {
            if (TimeProvider.System.GetElapsedTime(_last) >= Pause)
            {
                _last = TimeProvider.System.GetTimestamp();
                writer.WriteLine($"{title} {fraction,4:P0}  {status()}");
            }
        }

        public override void Line(string text) => writer.WriteLine(text);
    }

    private sealed class TerminalSurface(IAnsiConsole console, ProgressContext context, StatusColumn line) : ProgressSurface
    {
        private ProgressTask? _task;

        public override void Update(string title, double fraction, Func<string> status)
        {
            if (_task is null)
            {
                _task = context.AddTask(Markup.Escape(title), autoStart: true, maxValue: 1);
            }

            _task.Description = Markup.Escape(title);
            _task.Value = fraction;
            line.Status = status;
        }

        public override void Line(string text) => console.Write(new Text(text + Environment.NewLine));
    }

    private sealed class StatusColumn : ProgressColumn
    {
        public Func<string> Status { get; set; } = () => "";

        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(Status()).Overflow(Overflow.Ellipsis);
    }
}
