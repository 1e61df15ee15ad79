using System.CommandLine;
using Tailor.Backbones;
using Tailor.Data;
using Tailor.Foundation;

namespace Tailor.Cli;

/// <summary><c>tailor inspect</c>.</summary>
internal sealed class InspectCommand : TailorCommand
{
    private readonly Argument<string> _data = new("PATH") { Description = "A table, or a folder with train, dev and test tables; of pictures a folder, list, table, IDX or CIFAR files." };
    private readonly Option<string?> _model = new("--model") { Description = "A model directory whose tokenizer measures the texts in tokens.", HelpName = "DIR" };
    private readonly Option<double?> _rho = NumberOption.Real("--rho", "Head/tail threshold: the share of examples that head classes stay under (default: 0.55).", 0, 1);
    private readonly Option<bool> _json = new("--json") { Description = "Print the findings as JSON." };
    private readonly DataOptions _dataOptions = new();

    public InspectCommand()
        : base(
            "inspect",
            "Look at a data set: classes, imbalance, lengths or sizes, duplicates, leaks, bad pictures, and what to watch.",
            "tailor inspect tickets.csv",
            "tailor inspect atis/ --model bert-base-uncased",
            "tailor inspect pictures/")
    {
        Add(_data);
        Add(_model);
        Add(_rho);
        Add(_json);
        _dataOptions.AddColumns(this).AddPictures(this).AddUnknownLabels(this);
    }

    protected override int Run(Session session)
    {
        string path = session.Get(_data)!;
        if (DataContent.KindOf(path, _dataOptions.Images(session), _dataOptions.Table(session, requireLabels: false)) == DataKind.Pictures)
        {
            return Pictures(session, path);
        }

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

        // A single file is looked at as it stands, in flat memory; a folder has parts that may leak into each other.
        DatasetInspection inspection = Directory.Exists(path)
            ? DatasetInspection.Of(TextDataset.Load(path, _dataOptions.Dataset(session)), options)
            : DatasetInspection.OfFile(path, _dataOptions.Table(session, requireLabels: true), options);
        session.Out.WriteLine(session.Get(_json) ? inspection.ToJson() : inspection.ToText(session.Console.Profile.Width));
        return 0;
    }

    private int Pictures(Session session, string path)
    {
        if (session.Has(_model))
        {
            throw new InputException($"{path}: these are pictures, and --model measures texts in tokens; leave it out");
        }

        // Nothing is split off: parts are looked at as they stand.
        ImageDatasetOptions options = _dataOptions.Images(session) with { DevFraction = 0, TestFraction = 0 };
        ImageInspection inspection = ImageInspection.Of(ImageDataset.Load(path, options), session.Get(_rho) ?? new InspectionOptions().HeadThreshold, ModelInput.Decoding(session, _dataOptions));
        if (session.Get(_json))
        {
            session.Out.WriteLine(inspection.ToJson());
        }
        else
        {
            session.Out.Write(inspection.ToText(session.Console.Profile.Width));
        }

        int bad = inspection.BadPictures.Count;
        if (bad == 0 || _dataOptions.SkipBadImages(session))
        {
            return 0;
        }

        throw new InputException(bad == 1
            ? $"{path}: 1 bad picture, which is listed above; replace or remove it, or go on without it by --skip-bad-images"
            : $"{path}: {bad} bad pictures, which are listed above; replace or remove them, or go on without them by --skip-bad-images");
    }
}
