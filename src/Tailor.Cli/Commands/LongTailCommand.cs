using System.CommandLine;
using System.Text.Json.Nodes;
using Tailor.Data;
using Tailor.Tuning;

namespace Tailor.Cli;

/// <summary><c>tailor longtail</c>.</summary>
internal sealed class LongTailCommand : TailorCommand
{
    private readonly Argument<string> _data = new("PATH") { Description = "A balanced table (.csv, .tsv, .jsonl); or a balanced set of pictures: a folder, list, table, IDX or CIFAR files." };
    private readonly LongTailOptions _profile = new();
    private readonly Option<double?> _dev = NumberOption.Real("--dev-fraction", "Of pictures without a dev part: the share set apart for dev before the tail is made (default: 0).", 0, 1);
    private readonly Option<double?> _test = NumberOption.Real("--test-fraction", "Of pictures without parts: the share set apart for test before the tail is made (default: 0).", 0, 1);
    private readonly Option<string> _out = new("--out") { Description = "The table to write (.csv, .tsv, .jsonl); of pictures the folder to make, with dev and test carried over.", HelpName = "PATH", Required = true };
    private readonly Option<bool> _json = new("--json") { Description = "Print the class counts as JSON." };
    private readonly DataOptions _dataOptions = new();

    public LongTailCommand()
        : base(
            "longtail",
            "Make a long-tailed table, or set of pictures, out of a balanced one.",
            "tailor longtail balanced.csv --profile exponential --ratio 100 --out tail.csv",
            "tailor longtail sst2.tsv --profile two-class --rate 0.1 --rare negative --out rare.tsv",
            "tailor longtail cifar-10/ --profile exponential --ratio 100 --out cifar-10-lt")
    {
        Add(_data);
        _profile.AddTo(this);
        Add(_out);
        Add(_dev);
        Add(_test);
        Add(_json);
        _dataOptions.AddColumns(this).AddPictures(this);
    }

    protected override int Run(Session session)
    {
        string input = session.Get(_data)!, output = session.Get(_out)!;
        if (DataContent.KindOf(input, _dataOptions.Images(session), _dataOptions.Table(session, requireLabels: true)) == DataKind.Pictures)
        {
            return Pictures(session, input, output);
        }

        OutputFile.Check(output, "--out");
        TextExample[] examples = [.. TextTable.Read(input, _dataOptions.Table(session, requireLabels: true))];
        LabelSet labels = LabelSet.FromExamples(examples);
        var counts = examples.CountBy(example => example.Label!).ToDictionary();
        LongTailProfile profile = _profile.Profile(session, input, labels, [.. labels.Names.Select(name => counts[name])]);
        IReadOnlyList<TextExample> kept = LongTailSampler.Sample(examples, labels, profile, session.Seed);
        TextTableWriter.Write(output, kept, withPairs: kept[0].Pair is not null);
        Report(session, new JsonObject { ["file"] = output, ["rows"] = kept.Count }, "rows", labels, profile);
        session.Say($"{kept.Count} of {examples.Length} rows written to {output}: {profile.Name}");
        return 0;
    }

    private int Pictures(Session session, string input, string output)
    {
        RunFolder.RequireFree(output);
        ImageDataset data = ImageDataset.Load(input, _dataOptions.Images(session) with { DevFraction = session.Get(_dev) ?? 0, TestFraction = session.Get(_test) ?? 0 });
        LongTailProfile profile = _profile.Profile(session, input, data.Labels, data.TrainCounts);
        IReadOnlyList<ImageExample> kept = LongTailSampler.SampleImages(data.Train, data.Labels, profile, session.Seed);
        ImageDatasetWriter.Write(output, ImageDataset.Create(data.Labels, kept, data.Dev, data.Test));
        Report(session, new JsonObject { ["folder"] = output, ["pictures"] = kept.Count, ["dev"] = data.Dev.Count, ["test"] = data.Test.Count }, "pictures", data.Labels, profile);
        session.Say($"{kept.Count} of {data.Train.Count} training pictures are in {output}: {profile.Name}; with {data.Dev.Count} of dev and {data.Test.Count} of test as they were");
        return 0;
    }

    private void Report(Session session, JsonObject content, string unit, LabelSet labels, LongTailProfile profile)
    {
        if (!session.Get(_json))
        {
            PlainTable.Write(session, ["class", $">{unit}"], labels.Names.Select((name, i) => (IReadOnlyList<string>)[name, $"{profile.Counts[i]}"]));
            return;
        }

        content["imbalance_ratio"] = profile.ImbalanceRatio;
        content["counts"] = new JsonObject(labels.Names.Select((name, i) => KeyValuePair.Create<string, JsonNode?>(name, profile.Counts[i])));
        JsonOutput.Write(session, content);
    }
}
