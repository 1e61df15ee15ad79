using System.CommandLine;
using Tailor.Data;
using Tailor.Foundation;

namespace Tailor.Cli;

/// <summary><c>tailor demo</c>.</summary>
internal sealed class DemoCommand : TailorCommand
{
    private readonly Option<bool> _images = new("--images") { Description = "Drawn shapes and glyphs in the place of tickets, and a small vision transformer." };
    private readonly Option<string?> _out = new("--out") { Description = "The folder to make (default: tailor-demo, or the next free number).", HelpName = "DIR" };
    private readonly Option<string?> _corpus = new("--write-corpus") { Description = "Only write unlabelled text of the tickets' language to FILE: what the demo's model was pretrained on.", HelpName = "FILE" };
    private readonly Option<int?> _sentences = NumberOption.Integer("--sentences", "Texts of --write-corpus (default: 40000).", 1, int.MaxValue);
    private readonly Option<string?> _pictures = new("--write-pictures") { Description = "Only draw other figures into DIR: what the vision transformer of --images was pretrained on.", HelpName = "DIR" };
    private readonly Option<int?> _each = NumberOption.Integer("--pictures", "Pictures of each figure of --write-pictures (default: 300).", 1, 100_000);

    public DemoCommand()
        : base(
            "demo",
            "Inspect made-up help-desk tickets, or drawn pictures, fine-tune by several recipes, compare and report, in under two minutes.",
            "tailor demo",
            "tailor demo --images --out runs/demo",
            "tailor demo --write-corpus corpus.txt --sentences 40000")
    {
        Add(_images);
        Add(_out);
        Add(_corpus);
        Add(_sentences);
        Add(_pictures);
        Add(_each);
    }

    protected override int Run(Session session)
    {
        if (session.Get(_corpus) is { } corpus)
        {
            AtomicFile.WriteText(OutputFile.Check(corpus, "--write-corpus"), string.Join('\n', HelpDeskTickets.Corpus(Demo.DataSeed, session.Get(_sentences) ?? 40_000)) + "\n");
            return 0;
        }

        if (session.Get(_pictures) is { } pictures)
        {
            Tuning.RunFolder.RequireFree(pictures);
            DrawnFigures.WriteOthers(pictures, Demo.DataSeed, session.Get(_each) ?? 300);
            return 0;
        }

        string folder = session.Get(_out) ?? FreeFolder();
        Tuning.RunFolder.RequireFree(folder);
        Demo demo = session.Get(_images) ? new PictureDemo(session, folder) : new TextDemo(session, folder);
        demo.Run();
        return 0;
    }

    private static string FreeFolder()
    {
        const string name = "tailor-demo";
        string folder = name;
        for (int i = 2; Path.Exists(folder); i++)
        {
            folder = $"{name}-{i}";
        }

        return folder;
    }
}
