using System.CommandLine;
using System.Text.Json.Nodes;
using Tailor.Data;
using Tailor.Foundation;
using Tailor.Imaging;

namespace Tailor.Cli;

/// <summary><c>tailor predict</c>.</summary>
internal sealed class PredictCommand : TailorCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "A run folder of tailor train, its model/ folder, or a folder of tailor export." };
    private readonly Option<string?> _data = new("--data")
    {
        Description = "A table of texts, or - for one text a line on standard input; of pictures a folder, a list, a table of paths, IDX images or a CIFAR file.",
        HelpName = "PATH",
    };

    private readonly Option<string[]> _text = new("--text") { Description = "A text; may be given several times.", HelpName = "TEXT", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string[]> _image = new("--image") { Description = "A picture, or several.", HelpName = "FILE", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> _pair = new("--pair") { Description = "The second text of a pair, beside one --text.", HelpName = "TEXT" };
    private readonly Option<int?> _top = NumberOption.Integer("--top", "How many classes to list (default: 3).", 1, 1000);
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line." };
    private readonly PrecisionOption _precision = new();
    private readonly DataOptions _dataOptions = new();

    public PredictCommand()
        : base(
            "predict",
            "Classify texts or pictures: label, probability and the next best, a line each, in their order; before a picture's answer stands its name.",
            "tailor predict runs/first --text \"I forgot my password\"",
            "tailor predict runs/first --data new.csv --top 5 --json",
            "tailor predict runs/pictures --image cat.jpg dog.png",
            "tailor predict runs/pictures --data unsorted/ --skip-bad-images --json",
            "cat lines.txt | tailor predict runs/first --data -")
    {
        Add(_run);
        Add(_data);
        Add(_text);
        Add(_image);
        Add(_pair);
        Add(_top);
        Add(_precision.Option);
        Add(_json);
        _dataOptions.AddColumns(this).AddPictures(this);
    }

    protected override int Run(Session session)
    {
        string[] texts = session.Get(_text) ?? [], images = session.Get(_image) ?? [];
        string? data = session.Get(_data);
        if (new[] { data is not null, texts.Length > 0, images.Length > 0 }.Count(given => given) != 1)
        {
            throw new InputException("give one of --data PATH, --text \"...\" and --image FILE; see: tailor predict --help");
        }

        if (session.Get(_pair) is not null && texts.Length != 1)
        {
            throw new InputException("--pair goes with exactly one --text; pairs of a file are named by --pair-column");
        }

        string run = session.Get(_run)!;
        using Classifier classifier = Classifier.Load(run, session.Device, _precision.Of(session), session.Threads);
        if (data is not (null or "-"))
        {
            ModelInput.Require(run, classifier, data, session, _dataOptions);
        }

        return (classifier, texts.Length > 0 || data == "-", images.Length > 0) switch
        {
            (ImageClassifier pictures, false, _) => Pictures(session, pictures, data is null ? images.Select(file => new FileImageSource(file)) : UnlabelledPictures.Find(data, _dataOptions.Images(session))),
            (TextClassifier words, _, false) => Texts(session, words),
            (ImageClassifier, _, _) => throw new InputException($"{run}: this model classifies pictures, not texts; give --image FILE, or --data with a folder, a list or a table of pictures"),
            _ => throw new InputException($"{run}: this model classifies texts, not pictures; give --text \"...\", or --data with a table of texts"),
        };
    }

    private int Pictures(Session session, ImageClassifier classifier, IEnumerable<ImageSource> pictures)
    {
        classifier.Decode = ModelInput.Decoding(session, _dataOptions);
        bool json = session.Get(_json);
        int bad = 0;
        foreach (PicturePrediction prediction in classifier.Predict(pictures, session.Get(_top) ?? 3, _dataOptions.SkipBadImages(session)))
        {
            if (prediction.Answer is { } answer)
            {
                Write(session, answer, json, prediction.Name);
                continue;
            }

            bad++;
            session.Say($"left out: {prediction.Fault}");
            if (json)
            {
                JsonOutput.WriteLine(session, new JsonObject { ["image"] = prediction.Name, ["error"] = prediction.Fault });
            }
        }

        if (bad > 0)
        {
            session.Say($"{bad} bad {(bad == 1 ? "picture was" : "pictures were")} left out");
        }

        return 0;
    }

    private int Texts(Session session, TextClassifier classifier)
    {
        IEnumerable<(string Text, string? Pair)> texts = Texts(session);
        bool json = session.Get(_json);
        if (classifier.PredictsNumbers)
        {
            foreach (float value in classifier.Values(texts))
            {
                if (json)
                {
                    JsonOutput.WriteLine(session, new JsonObject { ["value"] = Math.Round(value, 6) });
                }
                else
                {
                    session.Out.WriteLine($"{value:F4}");
                }
            }

            return 0;
        }

        foreach (Prediction prediction in classifier.Predict(texts, session.Get(_top) ?? 3))
        {
            Write(session, prediction, json);
        }

        return 0;
    }

    private static void Write(Session session, Prediction prediction, bool json, string? picture = null)
    {
        if (!json)
        {
            IEnumerable<string> cells = [prediction.Label, $"{prediction.Probability:F4}", .. prediction.Top.Skip(1).Select(top => $"{top.Label} {top.Probability:F4}")];
            session.Out.WriteLine(string.Join('\t', picture is null ? cells : cells.Prepend(picture)));
            return;
        }

        var line = new JsonObject();
        if (picture is not null)
        {
            line["image"] = picture;
        }

        line["label"] = prediction.Label;
        line["probability"] = Math.Round(prediction.Probability, 6);
        line["top"] = JsonOutput.Array(prediction.Top, top => new JsonObject { ["label"] = top.Label, ["probability"] = Math.Round(top.Probability, 6) });
        JsonOutput.WriteLine(session, line);
    }

    private IEnumerable<(string Text, string? Pair)> Texts(Session session) => session.Get(_data) switch
    {
        null => session.Get(_text)!.Select(text => (text, session.Get(_pair))),
        "-" => StandardInput.Lines().Select(line => (line, (string?)null)),
        var data => TextTable.Read(data, _dataOptions.Table(session, requireLabels: false)).Select(example => (example.Text, example.Pair)),
    };
}
