using System.CommandLine;
using Tailor.Backbones;
using Tailor.Data;

namespace Tailor.Cli;

/// <summary><c>tailor inspect</c>.</summary>
internal sealed class InspectCommand : TailorCommand
{
    private readonly Argument<string> _data = new("PATH") { Description = "A table, or a folder with train, dev and test tables." };
    private readonly Option<string?> _model = new("--model") { Description = "A model directory whose tokenizer measures the texts in tokens.", HelpName = "DIR" };
    private readonly Option<double?> _rho = NumberOption.Real("--rho", "Head/tail threshold: the share of examples that head classes stay under (default: 0.55).", 0, 1);
    private readonly Option<bool> _json = new("--json") { Description = "Print the findings as JSON." };
    private readonly DataOptions _dataOptions = new();

    public InspectCommand()
        : base("inspect", "Look at a data set: classes, imbalance, lengths, duplicates, leaks, and what to watch.", "tailor inspect tickets.csv", "tailor inspect atis/ --model bert-base-uncased")
    {
        Add(_data);
        Add(_model);
        Add(_rho);
        Add(_json);
        _dataOptions.AddColumns(this).AddUnknownLabels(this);
    }

    protected override int Run(Session session)
    {
        Func<string, string?, int>? tokens = null;
        if (session.Get(_model) is { } model)
        {
            Tokenizer tokenizer = Tokenizer.Load(model);
            tokens = (text, pair) => tokenizer.EncodeIds(text, pair, int.MaxValue, out _).Length;
        }

        var options = new InspectionOptions { TokenLength = tokens };
        if (session.Get(_rho) is { } rho)
        {
            options = options with { HeadThreshold = rho };
        }

        string path = session.Get(_data)!;

        // A single file is looked at as it stands, in flat memory; a folder has parts that may leak into each other.
        DatasetInspection inspection = Directory.Exists(path)
            ? DatasetInspection.Of(TextDataset.Load(path, _dataOptions.Dataset(session)), options)
            : DatasetInspection.OfFile(path, _dataOptions.Table(session, requireLabels: true), options);
        session.Out.WriteLine(session.Get(_json) ? inspection.ToJson() : inspection.ToText(session.Console.Profile.Width));
        return 0;
    }
}
