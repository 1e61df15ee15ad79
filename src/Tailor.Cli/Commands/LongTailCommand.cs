using System.CommandLine;
using System.Text.Json.Nodes;
using Tailor.Data;
using Tailor.Foundation;

namespace Tailor.Cli;

/// <summary><c>tailor longtail</c>.</summary>
internal sealed class LongTailCommand : TailorCommand
{
    private const double DefaultRatio = 100, DefaultAlpha = 6;

    private readonly Argument<string> _data = new("FILE") { Description = "A balanced table (.csv, .tsv, .jsonl)." };
    private readonly Option<string> _profile = ChoiceOption.Of("--profile", "The shape of the class counts.", "exponential", "step", "pareto", "two-class");
    private readonly Option<double?> _ratio = NumberOption.Real("--ratio", "Imbalance ratio: largest class over smallest (default: 100).", 1, int.MaxValue);
    private readonly Option<double?> _alpha = NumberOption.Real("--alpha", "Of pareto, in the place of --ratio: rows fall as rank^(-1/alpha), so less is a longer tail (default: 6).", 0.01, 1000);
    private readonly Option<double?> _rate = NumberOption.Real("--rate", "Of two-class, in the place of --ratio: rows of the rare class over rows of the other, such as 0.1.", 0, 1);
    private readonly Option<int?> _largest = NumberOption.Integer("--largest", "Rows of the largest class (default: all rows of the smallest class of the table; of two-class, all rows of the other class).", 1, int.MaxValue);
    private readonly Option<string?> _rare = new("--rare") { Description = "The class that two-class samples down (default: the first).", HelpName = "LABEL" };
    private readonly Option<string> _out = new("--out") { Description = "The table to write (.csv, .tsv, .jsonl).", HelpName = "FILE", Required = true };
    private readonly Option<bool> _json = new("--json") { Description = "Print the class counts as JSON." };
    private readonly DataOptions _dataOptions = new();

    public LongTailCommand()
        : base("longtail", "Make a long-tailed table out of a balanced one.", "tailor longtail balanced.csv --profile exponential --ratio 100 --out tail.csv", "tailor longtail sst2.tsv --profile two-class --rate 0.1 --rare negative --out rare.tsv")
    {
        Add(_data);
        Add(_profile);
        Add(_ratio);
        Add(_alpha);
        Add(_rate);
        Add(_largest);
        Add(_rare);
        Add(_out);
        Add(_json);
        _dataOptions.AddColumns(this);
    }

    protected override int Run(Session session)
    {
        string output = OutputFile.Check(session.Get(_out)!, "--out");
        string input = session.Get(_data)!;
        TextExample[] examples = [.. TextTable.Read(input, _dataOptions.Table(session, requireLabels: true))];
        LabelSet labels = LabelSet.FromExamples(examples);
        LongTailProfile profile = Profile(session, input, examples, labels);
        IReadOnlyList<TextExample> kept = LongTailSampler.Sample(examples, labels, profile, session.Seed);
        TextTableWriter.Write(output, kept, withPairs: kept[0].Pair is not null);
        if (session.Get(_json))
        {
            JsonOutput.Write(session, new JsonObject
            {
                ["file"] = output,
                ["rows"] = kept.Count,
                ["imbalance_ratio"] = profile.ImbalanceRatio,
                ["counts"] = new JsonObject(labels.Names.Select((name, i) => KeyValuePair.Create<string, JsonNode?>(name, profile.Counts[i]))),
            });
        }
        else
        {
            PlainTable.Write(session, ["class", ">rows"], labels.Names.Select((name, i) => (IReadOnlyList<string>)[name, $"{profile.Counts[i]}"]));
        }

        session.Say($"{kept.Count} of {examples.Length} rows written to {output}: {profile.Name}");
        return 0;
    }

    private LongTailProfile Profile(Session session, string input, TextExample[] examples, LabelSet labels)
    {
        if (labels.Count < 2)
        {
            throw InputException.At(input, $"only one class, '{labels.Names[0]}'", "give a table of at least two classes");
        }

        string kind = session.Get(_profile)!;
        if (session.Has(_alpha) && kind != "pareto")
        {
            throw new InputException("--alpha goes with --profile pareto");
        }

        if (kind == "two-class")
        {
            return TwoClass(session, input, examples, labels);
        }

        if (new Option[] { _rare, _rate }.FirstOrDefault(session.Has) is { } stray)
        {
            throw new InputException($"{stray.Name} goes with --profile two-class");
        }

        int largest = session.Get(_largest) ?? examples.CountBy(example => example.Label!).Min(count => count.Value);
        if (kind == "pareto")
        {
            return Pareto(session, input, largest, labels.Count);
        }

        double ratio = session.Get(_ratio) ?? DefaultRatio;
        if (ratio > largest)
        {
            throw InputException.At(input, $"the largest class is to have {largest} rows", $"a ratio of {ratio} would leave the smallest without any; lower --ratio or raise --largest");
        }

        return kind == "exponential" ? LongTailProfile.Exponential(largest, ratio, labels.Count) : LongTailProfile.Step(largest, ratio, labels.Count);
    }

    private LongTailProfile Pareto(Session session, string input, int largest, int classes)
    {
        if (session.Has(_ratio))
        {
            throw new InputException("--ratio goes with another profile; pareto takes --alpha");
        }

        double alpha = session.Get(_alpha) ?? DefaultAlpha;
        return largest * Math.Pow(classes, -1 / alpha) >= 1
            ? LongTailProfile.Pareto(largest, alpha, classes)
            : throw InputException.At(input, $"the largest class is to have {largest} rows", $"an alpha of {alpha} would leave the last of {classes} classes without any; raise --alpha or --largest");
    }

    private LongTailProfile TwoClass(Session session, string input, TextExample[] examples, LabelSet labels)
    {
        if (labels.Count != 2)
        {
            throw InputException.At(input, $"{labels.Count} classes", "the two-class profile takes a table of two classes");
        }

        if (session.Has(_rate) && session.Has(_ratio))
        {
            throw new InputException("--rate and --ratio say the same; give one of them");
        }

        string rare = session.Get(_rare) ?? labels.Names[0];
        int index = labels.IndexOf(rare);
        if (index < 0)
        {
            throw new InputException($"--rare: '{rare}' is not one of {string.Join(", ", labels.Names)}{NearestName.Hint(rare, labels.Names)}");
        }

        int kept = session.Get(_largest) ?? examples.Count(example => example.Label != rare);
        double rate = session.Get(_rate) ?? (1 / (session.Get(_ratio) ?? DefaultRatio));
        return Math.Floor(rate * kept) >= 1
            ? LongTailProfile.TwoClass(kept, rate, index)
            : throw InputException.At(input, $"the class '{labels.Names[1 - index]}' keeps {kept} rows", $"a rate of {rate:G4} would leave '{rare}' without any; raise --rate, or lower --ratio");
    }
}
