using System.CommandLine;
using System.Text.Json.Nodes;
using Tailor.Data;
using Tailor.Foundation;

namespace Tailor.Cli;

/// <summary><c>tailor augment</c>.</summary>
internal sealed class AugmentCommand : TailorCommand
{
    private const double LeastRate = 0.001, MostRate = 0.9;

    private static readonly (string Name, AugmentationMethod Method)[] Methods = [("word-dropout", AugmentationMethod.WordDropout), ("swap", AugmentationMethod.Swap), ("duplicate", AugmentationMethod.Duplicate)];

    private readonly Option<string> _data = new("--data") { Description = "A folder with train, dev and test tables, or one table that is split; rows are made of its training rows alone.", HelpName = "PATH", Required = true };
    private readonly Option<string> _out = new("--out") { Description = "The table to write (.csv, .tsv, .jsonl).", HelpName = "FILE", Required = true };
    private readonly Option<string> _method = ChoiceOption.Of("--method", "How a new text is made: words left out, words swapped, or not changed; characters where a script writes no blanks.", [.. Methods.Select(m => m.Name)]);
    private readonly Option<double?> _rate = NumberOption.Real("--rate", "Share of the words that is left out or swapped (default: 0.1).", LeastRate, MostRate);
    private readonly Option<int?> _perClass = NumberOption.Integer("--per-class", "Rows of each class (default: as many as the largest class has).", 1, 100_000_000);
    private readonly Option<bool> _originals = new("--with-originals") { Description = "Begin each class with its own rows; else every row is a made one." };
    private readonly Option<bool> _json = new("--json") { Description = "Print the class counts as JSON." };
    private readonly DataOptions _dataOptions = new();

    public AugmentCommand()
        : base(
            "augment",
            "Make a class-balanced table of new training rows, for the first stage of two-stage-augmented.",
            "tailor augment --data atis/ --out augmented.csv",
            "tailor augment --data tickets.csv --method swap --rate 0.2 --with-originals --out augmented.csv")
    {
        foreach (Option option in new Option[] { _data, _out, _method, _rate, _perClass, _originals, _json })
        {
            Add(option);
        }

        _dataOptions.AddColumns(this).AddUnknownLabels(this).AddSplit(this);
    }

    protected override int Run(Session session)
    {
        string output = OutputFile.Check(session.Get(_out)!, "--out");
        TextDataset data = TextDataset.Load(session.Get(_data)!, _dataOptions.Dataset(session));
        AugmentationMethod method = Methods.Single(known => known.Name == session.Get(_method)).Method;
        if (method == AugmentationMethod.Duplicate && session.Has(_rate))
        {
            throw new InputException("--rate goes with --method word-dropout or swap; duplicate changes nothing");
        }

        var options = new AugmentationOptions { Method = method, PerClass = session.Get(_perClass), WithOriginals = session.Get(_originals) };
        options = session.Get(_rate) is { } rate ? options with { Rate = rate } : options;
        IReadOnlyList<TextExample> rows = BalancedAugmentation.Make(data.Train, data.Labels, options, session.Seed);
        TextTableWriter.Write(output, rows, data.HasPairs, withOrigins: true);
        Dictionary<string, int> made = rows.CountBy(row => row.Label!).ToDictionary(StringComparer.Ordinal);
        if (session.Get(_json))
        {
            JsonOutput.Write(session, new JsonObject
            {
                ["file"] = output,
                ["rows"] = rows.Count,
                ["counts"] = new JsonObject(data.Labels.Names.Select(name => KeyValuePair.Create<string, JsonNode?>(name, made.GetValueOrDefault(name)))),
            });
        }
        else
        {
            PlainTable.Write(session, ["class", ">training rows", ">rows made"], data.Labels.Names.Select((name, i) => (IReadOnlyList<string>)[name, $"{data.TrainCounts[i]}", $"{made.GetValueOrDefault(name)}"]));
        }

        session.Say($"{rows.Count} rows made of {data.Train.Count} training rows written to {output}; train on them with: tailor train --recipe two-stage-augmented --augmented {output} ...");
        return 0;
    }
}
