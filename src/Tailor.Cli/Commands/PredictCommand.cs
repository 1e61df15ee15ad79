using System.CommandLine;
using System.Text.Json.Nodes;
using Tailor.Data;
using Tailor.Foundation;

namespace Tailor.Cli;

/// <summary><c>tailor predict</c>.</summary>
internal sealed class PredictCommand : TailorCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "A run folder of tailor train, or its model/ folder." };
    private readonly Option<string?> _data = new("--data") { Description = "A table of texts, or - for one text a line on standard input.", HelpName = "FILE" };
    private readonly Option<string[]> _text = new("--text") { Description = "A text; may be given several times.", HelpName = "TEXT", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string?> _pair = new("--pair") { Description = "The second text of a pair, beside one --text.", HelpName = "TEXT" };
    private readonly Option<int?> _top = NumberOption.Integer("--top", "How many classes to list (default: 3).", 1, 1000);
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line." };
    private readonly DataOptions _dataOptions = new();

    public PredictCommand()
        : base(
            "predict",
            "Classify texts: label, probability and the next best, a line each, in the order of the texts.",
            "tailor predict runs/first --text \"I forgot my password\"",
            "tailor predict runs/first --data new.csv --top 5 --json",
            "cat lines.txt | tailor predict runs/first --data -")
    {
        Add(_run);
        Add(_data);
        Add(_text);
        Add(_pair);
        Add(_top);
        Add(_json);
        _dataOptions.AddColumns(this);
    }

    protected override int Run(Session session)
    {
        IEnumerable<(string Text, string? Pair)> texts = Texts(session);
        session.LoadLibtorch();
        using TextClassifier classifier = TextClassifier.Load(session.Get(_run)!, session.Device);
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
            if (json)
            {
                JsonOutput.WriteLine(session, new JsonObject
                {
                    ["label"] = prediction.Label,
                    ["probability"] = Math.Round(prediction.Probability, 6),
                    ["top"] = JsonOutput.Array(prediction.Top, top => new JsonObject { ["label"] = top.Label, ["probability"] = Math.Round(top.Probability, 6) }),
                });
            }
            else
            {
                session.Out.WriteLine(string.Join('\t', [prediction.Label, $"{prediction.Probability:F4}", .. prediction.Top.Skip(1).Select(top => $"{top.Label} {top.Probability:F4}")]));
            }
        }

        return 0;
    }

    private IEnumerable<(string Text, string? Pair)> Texts(Session session)
    {
        string[] given = session.Get(_text) ?? [];
        string? pair = session.Get(_pair);
        string? data = session.Get(_data);
        if ((data is null) == (given.Length == 0))
        {
            throw new InputException("give either --data FILE or --text \"...\"; see: tailor predict --help");
        }

        if (pair is not null && given.Length != 1)
        {
            throw new InputException("--pair goes with exactly one --text; pairs of a file are named by --pair-column");
        }

        return data switch
        {
            null => given.Select(text => (text, pair)),
            "-" => StandardInput.Lines().Select(line => (line, (string?)null)),
            _ => TextTable.Read(data, _dataOptions.Table(session, requireLabels: false)).Select(example => (example.Text, example.Pair)),
        };
    }
}
