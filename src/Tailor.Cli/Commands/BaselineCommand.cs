using System.CommandLine;
using System.Text.Json.Nodes;
using Tailor.Baselines;
using Tailor.Data;
using Tailor.Evaluation;
using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor.Cli;

/// <summary><c>tailor baseline</c>.</summary>
internal sealed class BaselineCommand : TailorCommand
{
    private const string All = "all";
    private static readonly string[] Metrics = ["accuracy", "macro_f1", "head_f1", "tail_f1", "many_f1", "medium_f1", "few_f1"];

    private readonly Option<string> _data = new("--data") { Description = "A folder with train, dev and test tables, or one table that is split (.csv, .tsv, .jsonl).", HelpName = "PATH", Required = true };
    private readonly Option<string?> _model = new("--model") { Description = "A Hugging Face model directory, whose embeddings the probes read.", HelpName = "DIR" };
    private readonly Option<string[]> _name = new("--name")
    {
        Description = $"A baseline; may be given several times. One of: {All} (default; the probes only with --model), {string.Join(", ", BaselineCatalogue.All.Select(baseline => $"{baseline.Name} ({baseline.Summary})"))}.",
        HelpName = "NAME",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<int?> _maxLength = NumberOption.Integer("--max-length", "Tokens that the probes' model keeps of a text (default: 256).", 2, int.MaxValue);
    private readonly Option<double?> _rho = NumberOption.Real("--rho", "Head/tail threshold: the share of scored examples that head classes stay under (default: 0.55).", 0, 1);
    private readonly Option<string> _groups = GroupsOption.Of();
    private readonly Option<string?> _out = new("--out") { Description = "A folder to make, with a folder of each baseline's scores and predictions in it.", HelpName = "DIR" };
    private readonly Option<bool> _json = new("--json") { Description = "Print the scores as JSON." };
    private readonly DataOptions _dataOptions = new();

    public BaselineCommand()
        : base(
            "baseline",
            "Score what should be tried before a transformer is fine-tuned: TF-IDF with a linear classifier, a probe on frozen embeddings, the majority class.",
            "tailor baseline --data tickets.csv",
            "tailor baseline --data atis/ --model minilm --unknown-labels drop --rho 0.85",
            "tailor baseline --data r52/ --name tfidf-svm --name tfidf-svm-balanced --out runs/baselines --json")
    {
        foreach (Option option in new Option[] { _data, _model, _name, _maxLength, _rho, _groups, _out, _json })
        {
            Add(option);
        }

        _dataOptions.AddColumns(this).AddUnknownLabels(this).AddSplit(this);
    }

    protected override int Run(Session session)
    {
        string? output = session.Get(_out);
        IBaseline[] baselines = Chosen(session);
        if (output is not null)
        {
            RunFolder.RequireFree(output);
        }

        bool embeds = Array.Exists(baselines, baseline => baseline.NeedsEncoder);
        var options = new BaselineOptions { Model = embeds ? session.Get(_model) : null, Device = session.Device, Seed = session.Seed };
        options = options with { Rho = session.Get(_rho) ?? options.Rho, Groups = ShotBoundsName.Parse(session.Get(_groups)), MaxLength = session.Get(_maxLength) ?? options.MaxLength };
        string path = session.Get(_data)!;
        TextDataset data = TextDataset.Load(path, _dataOptions.Dataset(session));
        if (data.Dev.Count + data.Test.Count == 0)
        {
            throw InputException.At(path, "neither a dev nor a test part", "there is nothing to score on; give one, or let a part of train serve with --dev-fraction");
        }

        foreach (string note in data.Notes)
        {
            session.Say(note);
        }

        if (embeds)
        {
            session.LoadLibtorch();
        }

        BaselineRun[] runs = ProgressSurface.Run(session, surface => RunAll(surface, baselines, data, options, output));
        foreach (string note in runs.SelectMany(run => run.Result.Notes).Distinct(StringComparer.Ordinal))
        {
            session.Say(note);
        }

        Print(session, runs, output);
        return 0;
    }

    private IBaseline[] Chosen(Session session)
    {
        string[] names = session.Get(_name) is { Length: > 0 } given ? [.. given.Distinct(StringComparer.Ordinal)] : [All];
        bool all = names.Contains(All);
        IBaseline[] chosen = all ? [.. BaselineCatalogue.All] : [.. names.Select(BaselineCatalogue.Find)];
        if (session.Has(_model) || !Array.Exists(chosen, baseline => baseline.NeedsEncoder))
        {
            return chosen;
        }

        if (!all)
        {
            throw new InputException($"{chosen.First(baseline => baseline.NeedsEncoder).Name} reads the embeddings of a pretrained model; give its directory with --model");
        }

        session.Say("The probes on embeddings are left out: they need --model.");
        return [.. chosen.Where(baseline => !baseline.NeedsEncoder)];
    }

    private static BaselineRun[] RunAll(ProgressSurface surface, IBaseline[] baselines, TextDataset data, BaselineOptions options, string? output)
    {
        string name = "";
        int done = 0;
        using var all = new BaselineRuns(data, options, (texts, of) => surface.Update(name, (double)done / baselines.Length, () => $"embedding, {texts}/{of} texts"));
        var runs = new List<BaselineRun>();
        foreach (IBaseline baseline in baselines)
        {
            name = baseline.Name;
            surface.Update(name, (double)done / baselines.Length, () => baseline.Summary);
            runs.Add(all.Run(name, output is null ? null : Path.Combine(output, name)));
            done++;
        }

        return [.. runs];
    }

    private void Print(Session session, BaselineRun[] runs, string? output)
    {
        if (session.Get(_json))
        {
            JsonOutput.Write(session, JsonOutput.Array(runs, run => run.ToJson()));
        }
        else
        {
            session.Out.WriteLine($"Scores on {runs[0].ScoredSplit}, {runs[0].Test!.Scores.Examples} examples of {runs[0].Test!.Scores.Classes} classes:");
            session.Out.WriteLine();
            PlainTable.Write(session, ["baseline", .. Metrics.Select(metric => $">{metric}"), ">seconds", ">parameters"], runs.Select(Row));
        }

        if (output is not null)
        {
            session.Say($"Scores and predictions are in {output}.");
        }
    }

    private static IReadOnlyList<string> Row(BaselineRun run) =>
    [
        run.Result.Name,
        .. Metrics.Select(metric => Metric.Of(metric, run.Test!) is { } value ? $"{value:F4}" : "-"),
        $"{run.Result.Seconds:F1}",
        Magnitude.Of(run.Result.Parameters),
    ];
}
