using System.CommandLine;
using System.Text.Json.Nodes;
using Tailor.Data;
using Tailor.Evaluation;
using Tailor.Foundation;

namespace Tailor.Cli;

/// <summary><c>tailor changes</c>.</summary>
internal sealed class ChangesCommand : TailorCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "A run folder of tailor train, or its model/ folder." };
    private readonly Option<string> _model = new("--model") { Description = "The model it was tuned from.", HelpName = "DIR", Required = true };
    private readonly Option<string?> _data = new("--data") { Description = "A table of texts; the change of their features is measured too.", HelpName = "FILE" };
    private readonly Option<bool> _relative = new("--relative") { Description = "Show changes relative to the weights they began from." };
    private readonly Option<string?> _html = new("--html") { Description = "Write heat maps and tables as a page of HTML.", HelpName = "FILE" };
    private readonly Option<bool> _json = new("--json") { Description = "Print the result as JSON." };
    private readonly DataOptions _dataOptions = new();

    public ChangesCommand()
        : base("changes", "Show how far fine-tuning moved a model's layers and features.", "tailor changes runs/first --model bert-base-uncased", "tailor changes runs/first --model bert-base-uncased --data train.csv --json")
    {
        Add(_run);
        Add(_model);
        Add(_data);
        Add(_relative);
        Add(_html);
        Add(_json);
        _dataOptions.AddColumns(this);
    }

    protected override int Run(Session session)
    {
        string? page = session.Get(_html) is { } output ? OutputFile.Check(output, "--html") : null;
        string after = session.Get(_run)!, before = session.Get(_model)!;
        (string Text, string? Pair)[]? texts = session.Get(_data) is { } file
            ? [.. TextTable.Read(file, _dataOptions.Table(session, requireLabels: false)).Select(example => (example.Text, example.Pair))]
            : null;
        session.LoadLibtorch();
        IReadOnlyList<TensorChange> weights = FineTuningChange.OfWeights(before, after);
        FeatureChange? features = texts is null ? null : FineTuningChange.OfFeatures(before, after, texts, session.Device);
        string[] sentences = features is null ? [] : [Sentence(features)];
        if (page is not null)
        {
            AtomicFile.WriteText(page, ChangeReport.ToHtml($"Changes of {after} from {before}", sentences, weights));
        }

        if (session.Get(_json))
        {
            JsonOutput.Write(session, Json(weights, features));
            return 0;
        }

        Print(session, weights);
        foreach (string sentence in sentences)
        {
            session.Out.WriteLine();
            session.Out.WriteLine(sentence);
        }

        return 0;
    }

    private static string Sentence(FeatureChange features) =>
        $"Features of {features.Texts} texts moved by {features.MeanDistance:F4}{(features.Deviation is { } sd ? $" (sd {sd:F4})" : "")} on average; mean cosine between before and after {features.MeanCosine:F4}";

    private void Print(Session session, IReadOnlyList<TensorChange> weights)
    {
        bool relative = session.Get(_relative);
        int layers = weights.Max(change => change.Layer) + 1;
        session.Out.WriteLine(relative ? "Mean |change| / |weight it began from| by tensor and layer:" : "Mean |change| x 1e6 by tensor and layer:");
        session.Out.WriteLine();
        PlainTable.Write(
            session,
            ["tensor", .. Enumerable.Range(0, layers).Select(layer => $">{layer}")],
            weights.GroupBy(change => change.Name, StringComparer.Ordinal).Select(tensor =>
            {
                Dictionary<int, TensorChange> byLayer = tensor.ToDictionary(change => change.Layer);
                return (IReadOnlyList<string>)[tensor.Key, .. Enumerable.Range(0, layers).Select(layer => byLayer.TryGetValue(layer, out TensorChange? change) ? (relative ? $"{change.MeanRelative:F3}" : $"{change.MeanAbsolute * 1e6:F1}") : "-")];
            }));
    }

    private static JsonObject Json(IReadOnlyList<TensorChange> weights, FeatureChange? features) => new()
    {
        ["weights"] = JsonOutput.Array(weights, change => new JsonObject
        {
            ["layer"] = change.Layer,
            ["tensor"] = change.Name,
            ["mean_absolute"] = change.MeanAbsolute,
            ["mean_relative"] = change.MeanRelative,
        }),
        ["features"] = features is null ? null : new JsonObject
        {
            ["texts"] = features.Texts,
            ["mean_distance"] = features.MeanDistance,
            ["sd_distance"] = features.Deviation,
            ["mean_cosine"] = features.MeanCosine,
        },
    };
}
