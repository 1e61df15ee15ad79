using System.CommandLine;
using Tailor.Data;
using Tailor.Evaluation;
using Tailor.Foundation;
using Tailor.Imaging;

namespace Tailor.Cli;

/// <summary><c>tailor evaluate</c>.</summary>
internal sealed class EvaluateCommand : TailorCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "A run folder of tailor train, its model/ folder, or a folder of tailor export." };
    private readonly Option<string> _data = new("--data")
    {
        Description = "A labelled table, or a folder with train, dev and test tables; of pictures a folder, list, table, IDX or CIFAR files.",
        HelpName = "PATH",
        Required = true,
    };
    private readonly Option<string> _split = ChoiceOption.Of("--split", "Which part of a folder to score.", "test", "dev", "train");
    private readonly Option<double?> _rho = NumberOption.Real("--rho", "Head/tail threshold (default: that of the run).", 0, 1);
    private readonly Option<string> _groups = GroupsOption.Of("that of the run");
    private readonly Option<bool> _json = new("--json") { Description = "Print the scores as JSON." };
    private readonly PrecisionOption _precision = new();
    private readonly DataOptions _dataOptions = new();

    public EvaluateCommand()
        : base(
            "evaluate",
            "Score a tuned model on labelled data: each class, and head and tail apart.",
            "tailor evaluate runs/first --data test.csv",
            "tailor evaluate runs/first --data atis/ --split dev --json",
            "tailor evaluate runs/pictures --data places/ --split test")
    {
        Add(_run);
        Add(_data);
        Add(_split);
        Add(_rho);
        Add(_groups);
        Add(_precision.Option);
        Add(_json);
        _dataOptions.AddColumns(this).AddPictures(this).AddUnknownLabels(this).AddSplit(this);
    }

    protected override int Run(Session session)
    {
        string run = session.Get(_run)!, path = session.Get(_data)!;
        using Classifier classifier = Classifier.Load(run, session.Device, _precision.Of(session), session.Threads);
        ModelInput.Require(run, classifier, path, session, _dataOptions);
        return Print(session, classifier is ImageClassifier pictures ? Pictures(session, pictures, path) : Texts(session, (TextClassifier)classifier, path));
    }

    private IScoreReport Texts(Session session, TextClassifier classifier, string path)
    {
        IReadOnlyList<TextExample> examples = Directory.Exists(path)
            ? Part(session, path, TextDataset.Load(path, _dataOptions.Dataset(session) with { Numbers = classifier.PredictsNumbers }).Examples)
            : [.. TextTable.Read(path, _dataOptions.Table(session, requireLabels: true))];
        return classifier.PredictsNumbers
            ? classifier.EvaluateNumbers(examples)
            : classifier.Evaluate(Known(session, examples, example => example.Label, classifier), session.Get(_rho), Groups(session));
    }

    private EvaluationReport Pictures(Session session, ImageClassifier classifier, string path)
    {
        classifier.Decode = ModelInput.Decoding(session, _dataOptions);
        ImageDatasetOptions options = _dataOptions.Images(session);
        IReadOnlyList<ImageExample> examples = Directory.Exists(path) ? Part(session, path, ImageDataset.Load(path, options).Examples) : ImageDataset.ReadFile(path, options);
        examples = Known(session, examples, example => example.Label, classifier);
        if (_dataOptions.SkipBadImages(session))
        {
            var bad = PictureCheck.Find([.. examples.Select(example => example.Source)], classifier.Decode).ToDictionary(picture => picture.Index, picture => picture.Reason);
            foreach (string reason in bad.Values)
            {
                session.Say($"left out: {reason}");
            }

            examples = [.. examples.Where((_, i) => !bad.ContainsKey(i))];
        }

        return classifier.Evaluate(examples, session.Get(_rho), Groups(session));
    }

    private ShotBounds? Groups(Session session) => session.Has(_groups) ? ShotBoundsName.Parse(session.Get(_groups)) : null;

    private int Print(Session session, IScoreReport report)
    {
        session.Out.WriteLine(session.Get(_json) ? report.ToJson() : report.ToText());
        return 0;
    }

    private IReadOnlyList<T> Part<T>(Session session, string folder, Func<SplitPart, IReadOnlyList<T>> examples)
    {
        string split = session.Get(_split)!;
        IReadOnlyList<T> part = examples(split switch { "train" => SplitPart.Train, "dev" => SplitPart.Dev, _ => SplitPart.Test });
        return part.Count > 0 ? part : throw new InputException($"{folder}: there is no {split} part; give a file or another --split");
    }

    /// <summary>All examples, or, when that is asked for, those whose label the model knows.</summary>
    private IReadOnlyList<T> Known<T>(Session session, IReadOnlyList<T> examples, Func<T, string?> labelOf, Classifier classifier)
    {
        if (!_dataOptions.DropUnknownLabels(session))
        {
            return examples;
        }

        var known = classifier.Labels.ToHashSet(StringComparer.Ordinal);
        List<T> kept = [.. examples.Where(example => known.Contains(labelOf(example)!))];
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
