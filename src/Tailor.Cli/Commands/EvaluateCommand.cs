using System.CommandLine;
using Tailor.Data;
using Tailor.Evaluation;
using Tailor.Foundation;

namespace Tailor.Cli;

/// <summary><c>tailor evaluate</c>.</summary>
internal sealed class EvaluateCommand : TailorCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "A run folder of tailor train, or its model/ folder." };
    private readonly Option<string> _data = new("--data") { Description = "A labelled table, or a folder with train, dev and test tables.", HelpName = "PATH", Required = true };
    private readonly Option<string> _split = ChoiceOption.Of("--split", "Which part of a folder to score.", "test", "dev", "train");
    private readonly Option<double?> _rho = NumberOption.Real("--rho", "Head/tail threshold (default: that of the run).", 0, 1);
    private readonly Option<string> _groups = GroupsOption.Of("that of the run");
    private readonly Option<bool> _json = new("--json") { Description = "Print the scores as JSON." };
    private readonly DataOptions _dataOptions = new();

    public EvaluateCommand()
        : base("evaluate", "Score a tuned model on labelled data: each class, and head and tail apart.", "tailor evaluate runs/first --data test.csv", "tailor evaluate runs/first --data atis/ --split dev --json")
    {
        Add(_run);
        Add(_data);
        Add(_split);
        Add(_rho);
        Add(_groups);
        Add(_json);
        _dataOptions.AddColumns(this).AddUnknownLabels(this);
    }

    protected override int Run(Session session)
    {
        string path = session.Get(_data)!;
        session.LoadLibtorch();
        using TextClassifier classifier = TextClassifier.Load(session.Get(_run)!, session.Device);
        IReadOnlyList<TextExample> examples = Directory.Exists(path) ? Part(session, path, classifier.PredictsNumbers) : [.. TextTable.Read(path, _dataOptions.Table(session, requireLabels: true))];
        if (classifier.PredictsNumbers)
        {
            return Print(session, classifier.EvaluateNumbers(examples));
        }

        if (_dataOptions.DropUnknownLabels(session))
        {
            examples = Known(session, examples, classifier.Labels);
        }

        return Print(session, classifier.Evaluate(examples, session.Get(_rho), session.Has(_groups) ? ShotBoundsName.Parse(session.Get(_groups)) : null));
    }

    private int Print(Session session, IScoreReport report)
    {
        session.Out.WriteLine(session.Get(_json) ? report.ToJson() : report.ToText());
        return 0;
    }

    private IReadOnlyList<TextExample> Part(Session session, string folder, bool numbers)
    {
        TextDataset data = TextDataset.Load(folder, _dataOptions.Dataset(session) with { Numbers = numbers });
        string split = session.Get(_split)!;
        IReadOnlyList<TextExample> part = split switch
        {
            "train" => data.Train,
            "dev" => data.Dev,
            _ => data.Test,
        };
        return part.Count > 0 ? part : throw new InputException($"{folder}: there is no {split} part; give a file or another --split");
    }

    private static List<TextExample> Known(Session session, IReadOnlyList<TextExample> examples, IReadOnlyList<string> labels)
    {
        var known = labels.ToHashSet(StringComparer.Ordinal);
        List<TextExample> kept = [.. examples.Where(example => known.Contains(example.Label!))];
        if (kept.Count == 0)
        {
            throw new InputException("none of the labels is known to the model; is this the label column?");
        }

        if (kept.Count < examples.Count)
        {
            session.Say($"{examples.Count - kept.Count} of {examples.Count} rows have a label that the model does not know and are left out");
        }

        return kept;
    }
}
