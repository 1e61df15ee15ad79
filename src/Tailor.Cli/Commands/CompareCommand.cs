using System.CommandLine;
using System.Text.Json.Nodes;
using Tailor.Data;
using Tailor.Evaluation;
using Tailor.Foundation;

namespace Tailor.Cli;

/// <summary><c>tailor compare</c>.</summary>
internal sealed class CompareCommand : TailorCommand
{
    private const int DefaultSeeds = 5;

    private readonly Option<string[]> _recipes = new("--recipes") { Description = "The recipes, by commas: names (see: tailor recipes), paths of recipe files, or NAME=RECIPE to have one twice with other --set.", HelpName = "A,B,...", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string?> _out = new("--out") { Description = "The comparison's folder; a folder of an earlier call goes on, and may get more recipes and seeds.", HelpName = "DIR" };
    private readonly Option<string> _baselines = new("--baselines") { Description = "Classical methods to compare with, by commas (see: tailor baseline); all or none. Of pictures there are none.", HelpName = "NAMES", DefaultValueFactory = _ => "all" };
    private readonly Option<int?> _seeds = NumberOption.Integer("--seeds", $"Run each recipe with this many seeds, from --seed on (default: {DefaultSeeds}).", 1, 1000);
    private readonly Option<string> _metric = ChoiceOption.Of("--metric", "What the best is chosen and tested by.", ["macro_f1", .. Metric.Names.Where(name => name != "macro_f1")]);
    private readonly Option<string?> _shard = new("--shard") { Description = "Do a share of the runs only, such as 1/4; a call without it, on all shares' runs, finds them finished.", HelpName = "I/N" };
    private readonly Option<int?> _jobs = NumberOption.Integer("--jobs", "Do this many runs at once, each with its part of the threads (default: measured at the start; a folder of an earlier call goes on with its threads a run).", 1, 1024);
    private readonly Option<string[]> _runs = new("--runs") { Description = "Compare two finished runs example by example instead (McNemar's exact test).", HelpName = "RUN", Arity = new ArgumentArity(2, 2), AllowMultipleArgumentsPerToken = true };
    private readonly RunOptions _run = new("Change a key of all recipes, such as stages.0.lr=3e-5, or of one, such as cls-eta:calibration.eta=1; may be given several times.");
    private readonly (Option<string?> Option, Func<ComparisonResult, string> Write)[] _files =
    [
        (TableFile("--json", "JSON, with every run's scores"), result => result.ToJson()),
        (TableFile("--csv", "comma-separated values"), result => result.ToCsv()),
        (TableFile("--markdown", "Markdown"), result => result.ToMarkdown()),
        (TableFile("--latex", "LaTeX (booktabs)"), result => result.ToLatex()),
    ];

    public CompareCommand()
        : base(
            "compare",
            "Run recipes with several seeds on the same data, and say which is better by more than chance.",
            "tailor compare --data tickets.csv --model bert-base-uncased --recipes cls-tanh,cls-weighted,prompt --seeds 5 --out runs/first",
            "tailor compare --data atis/ --model minilm --recipes cls-tanh,slow=cls-tanh --set slow:stages.0.lr=1e-5 --metric tail_f1 --out runs/rates --latex rates.tex",
            "tailor compare --runs runs/first/runs/prompt/seed-42 runs/first/runs/cls-tanh/seed-42")
    {
        foreach (Option option in Own)
        {
            Add(option);
        }

        _run.Tables.AddColumns(this).AddPictures(this).AddUnknownLabels(this).AddSplit(this);
    }

    private IEnumerable<Option> Own =>
        [_run.Data, _run.Model, _recipes, _baselines, _seeds, _run.Set, _run.Verbalizer, _run.Augmented, _out, _metric, _jobs, _shard, _runs, .. _files.Select(file => file.Option), _run.CheckpointEvery, _run.Precision.Option, _run.Rho, _run.Groups];

    protected override int Run(Session session)
    {
        if (session.Get(_runs) is { Length: 2 } pair)
        {
            return Pair(session, pair[0], pair[1]);
        }

        string[] printed = [.. _files.Where(file => session.Get(file.Option) == "-").Select(file => file.Option.Name)];
        if (printed.Length > 1)
        {
            throw new InputException($"{string.Join(" and ", printed)} cannot both go to standard output; name a file");
        }

        foreach ((Option<string?> option, _) in _files.Where(file => session.Get(file.Option) is not null and not "-"))
        {
            OutputFile.Check(session.Get(option)!, option.Name);
        }

        CompareRequest request = Request(session);
        session.LoadLibtorch();
        using var interruption = new Interruption(session);
        ComparisonResult result = ComparisonProgress.Run(session, progress => Comparison.Run(request, progress, interruption.Token), _run.Precision.Advice(session));
        if (result.Stopped)
        {
            throw new InterruptedException("stopped; the same command goes on from here", interruption.ExitCode);
        }

        Write(session, result);
        foreach (FailedRun failure in result.Failures)
        {
            session.Error.WriteLine($"tailor: error: {failure.Entry}, seed {failure.Seed}: {failure.Reason}");
        }

        return result.Failures.Count > 0 ? CommandLine.WorkFailed : 0;
    }

    private CompareRequest Request(Session session)
    {
        CompareRequest request = _run.Fill(session, this, new CompareRequest
        {
            Data = "",
            Model = "",
            Output = "",
            Recipes = [.. (session.Get(_recipes) ?? []).SelectMany(Names)],
            Seeds = [.. Enumerable.Range(0, session.Get(_seeds) ?? DefaultSeeds).Select(i => session.Seed + i)],
            Metric = session.Get(_metric)!,
            Jobs = session.Get(_jobs),
            Shard = session.Get(_shard) is { } shard ? Shard.Parse(shard) : null,
        });
        bool pictures = DataContent.KindOf(request.Data, request.ImageOptions, request.DataOptions.Table) == DataKind.Pictures;
        if (pictures && !session.Has(_baselines))
        {
            session.Say("the baselines read texts: pictures are compared without them");
        }

        request = request with { Baselines = pictures && !session.Has(_baselines) ? [] : BaselineEntries.Of(Names(session.Get(_baselines)!), request.Model, request.Device) };
        return request.Recipes.Count > 0
            ? request with { Output = RunOptions.Required(session, this, _out) }
            : throw new InputException("--recipes is required, one or more by commas; see: tailor recipes");
    }

    private static string[] Names(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private void Write(Session session, ComparisonResult result)
    {
        bool printed = false;
        foreach ((Option<string?> option, Func<ComparisonResult, string> write) in _files)
        {
            switch (session.Get(option))
            {
                case "-":
                    session.Out.Write(write(result));
                    printed = true;
                    break;
                case { } file:
                    AtomicFile.WriteText(file, write(result));
                    break;
            }
        }

        if (!printed)
        {
            ComparisonText.Write(session, result);
        }

        session.Say($"The report is in {result.WriteReport()}.");
    }

    private int Pair(Session session, string first, string second)
    {
        Option<string?> json = _files[0].Option;
        if (Own.FirstOrDefault(option => option != _runs && option != json && session.Has(option)) is { } beside)
        {
            throw new InputException($"--runs compares two runs that are there; leave out {beside.Name}");
        }

        McNemarTest test = Comparison.McNemar(first, second);
        var content = new JsonObject { ["first"] = first, ["second"] = second, ["only_first_right"] = test.OnlyFirst, ["only_second_right"] = test.OnlySecond, ["mcnemar_p"] = test.PValue };
        switch (session.Get(json))
        {
            case null:
                PlainTable.Write(session, ["run", ">right where the other is wrong"], [[first, $"{test.OnlyFirst}"], [second, $"{test.OnlySecond}"]]);
                session.Out.WriteLine($"\nMcNemar's exact test: p {ComparisonTable.PValue(test.PValue)}. It speaks of these two models, not of their recipes: another seed is another model.");
                break;
            case "-":
                JsonOutput.Write(session, content);
                break;
            case { } file:
                AtomicFile.WriteText(OutputFile.Check(file, json.Name), content + "\n");
                break;
        }

        return 0;
    }

    private static Option<string?> TableFile(string name, string kind) => new(name) { Description = $"Write the comparison as {kind}; - prints it in place of the table.", HelpName = "FILE" };
}
