using System.CommandLine;
using Tailor.Data;
using Tailor.Foundation;

namespace Tailor.Cli;

/// <summary><c>tailor demo</c>.</summary>
internal sealed class DemoCommand : TailorCommand
{
    private readonly Option<string?> _corpus = new("--write-corpus") { Description = "Only write unlabelled text of the tickets' language to FILE, one text a line.", HelpName = "FILE" };
    private readonly Option<int?> _sentences = NumberOption.Integer("--sentences", "Texts of --write-corpus (default: 40000).", 1, int.MaxValue);

    public DemoCommand()
        : base("demo", "Inspect, fine-tune and score on made-up help-desk tickets, in under two minutes.", "tailor demo --out runs/demo", "tailor demo --write-corpus corpus.txt --sentences 40000")
    {
        Add(_corpus);
        Add(_sentences);
    }

    protected override int Run(Session session)
    {
        string corpus = session.Get(_corpus)!;
        AtomicFile.WriteText(corpus, string.Join('\n', HelpDeskTickets.Corpus(session.GivenSeed ?? 1, session.Get(_sentences) ?? 40_000)) + "\n");
        return 0;
    }
}
