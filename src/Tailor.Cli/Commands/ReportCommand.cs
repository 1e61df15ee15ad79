using System.CommandLine;

namespace Tailor.Cli;

/// <summary><c>tailor report</c>.</summary>
internal sealed class ReportCommand : TailorCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "A folder of a finished run of tailor train." };
    private readonly Option<string?> _out = new("--out") { Description = "The page to write (default: report.html in the run folder).", HelpName = "FILE" };

    public ReportCommand()
        : base(
            "report",
            "Write the report of a finished run as one HTML page: classes from head to tail, confusions, learning curves, calibration, wrong answers.",
            "tailor report runs/first",
            "tailor report runs/first --out first.html")
    {
        Add(_run);
        Add(_out);
    }

    protected override int Run(Session session)
    {
        string run = session.Get(_run)!;
        string? output = session.Get(_out) is { } given ? OutputFile.Check(given, "--out") : null;
        foreach (string remark in Reports.Write(run, output))
        {
            session.Say(remark);
        }

        session.Out.WriteLine(output ?? new Tuning.RunFolder(run).Report);
        return 0;
    }
}
