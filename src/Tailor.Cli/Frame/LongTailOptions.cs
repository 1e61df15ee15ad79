using System.CommandLine;
using Tailor.Data;
using Tailor.Foundation;

namespace Tailor.Cli;

/// <summary>The options that say how many examples each class of a long tail keeps.</summary>
internal sealed class LongTailOptions
{
    private const double DefaultRatio = 100, DefaultAlpha = 6;

    private readonly Option<string> _profile = ChoiceOption.Of("--profile", "The shape of the class counts.", "exponential", "step", "pareto", "two-class");
    private readonly Option<double?> _ratio = NumberOption.Real("--ratio", "Imbalance ratio: largest class over smallest (default: 100).", 1, int.MaxValue);
    private readonly Option<double?> _alpha = NumberOption.Real("--alpha", "Of pareto, in the place of --ratio: rows fall as rank^(-1/alpha), so less is a longer tail (default: 6).", 0.01, 1000);
    private readonly Option<double?> _rate = NumberOption.Real("--rate", "Of two-class, in the place of --ratio: rows of the rare class over rows of the other, such as 0.1.", 0, 1);
    private readonly Option<int?> _largest = NumberOption.Integer("--largest", "Rows of the largest class (default: all rows of the smallest class of the table; of two-class, all rows of the other class).", 1, int.MaxValue);
    private readonly Option<string?> _rare = new("--rare") { Description = "The class that two-class samples down (default: the first).", HelpName = "LABEL" };

    /// <summary>Adds the options.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _profile, _ratio, _alpha, _rate, _largest, _rare })
        {
            command.Add(option);
        }
    }

    /// <summary>The profile that the options ask for.</summary>
    /// <param name="session">The invocation.</param>
    /// <param name="input">The data, for messages.</param>
    /// <param name="labels">The classes.</param>
    /// <param name="counts">The examples of each class.</param>
    /// <exception cref="InputException">The options contradict each other or the data.</exception>
    public LongTailProfile Profile(Session session, string input, LabelSet labels, IReadOnlyList<int> counts)
    {
        if (labels.Count < 2)
        {
            throw InputException.At(input, $"only one class, '{labels.Names[0]}'", "give data of at least two classes");
        }

        string kind = session.Get(_profile)!;
        if (session.Has(_alpha) && kind != "pareto")
        {
            throw new InputException("--alpha goes with --profile pareto");
        }

        if (kind == "two-class")
        {
            return TwoClass(session, input, labels, counts);
        }

        if (new Option[] { _rare, _rate }.FirstOrDefault(session.Has) is { } stray)
        {
            throw new InputException($"{stray.Name} goes with --profile two-class");
        }

        int largest = session.Get(_largest) ?? counts.Min();
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

    private LongTailProfile TwoClass(Session session, string input, LabelSet labels, IReadOnlyList<int> counts)
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

        int kept = session.Get(_largest) ?? counts[1 - index];
        double rate = session.Get(_rate) ?? (1 / (session.Get(_ratio) ?? DefaultRatio));
        return Math.Floor(rate * kept) >= 1
            ? LongTailProfile.TwoClass(kept, rate, index)
            : throw InputException.At(input, $"the class '{labels.Names[1 - index]}' keeps {kept} rows", $"a rate of {rate:G4} would leave '{rare}' without any; raise --rate, or lower --ratio");
    }
}
