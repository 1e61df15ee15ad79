using System.CommandLine;
using Tailor.Data;
using Tailor.Foundation;

namespace Tailor.Cli;

/// <summary>The options by which a command reads tables and splits them.</summary>
internal sealed class DataOptions
{
    private readonly Option<string?> _text = new("--text-column") { Description = "The column with the text (default: guessed from its name).", HelpName = "NAME" };
    private readonly Option<string?> _pair = new("--pair-column") { Description = "The column with the second text of a pair.", HelpName = "NAME" };
    private readonly Option<string?> _label = new("--label-column") { Description = "The column with the class (default: guessed from its name).", HelpName = "NAME" };
    private readonly Option<int?> _maxField = NumberOption.Integer("--max-field", "Longest field allowed, in characters (default: 1000000).", 1, int.MaxValue);
    private readonly Option<string> _unknown = ChoiceOption.Of("--unknown-labels", "Rows whose label training never saw.", "error", "drop");
    private readonly Option<long?> _splitSeed = NumberOption.Long("--split-seed", "Decides which rows of one file go where (default: 1234).");
    private readonly Option<double?> _dev = NumberOption.Real("--dev-fraction", "Share of rows for dev when there is no dev file (default: 0.1).", 0, 1);
    private readonly Option<string?> _path = new("--path-column") { Description = "The column with the picture's path, in a table of pictures (default: guessed from its name).", HelpName = "NAME" };
    private readonly Option<string?> _root = new("--image-root") { Description = "The folder that paths of a table or list start from (default: that of the table or list).", HelpName = "DIR" };
    private readonly Option<bool> _coarse = new("--coarse-labels") { Description = "Of CIFAR-100, take the 20 coarse classes." };
    private readonly Option<long?> _maxPixels = NumberOption.Long("--max-pixels", "Most pixels of a picture, by its header (default: 89478485).");
    private readonly Option<bool> _skipBad = new("--skip-bad-images") { Description = "Look for pictures that cannot be decoded first, list them, and go on without them." };
    private readonly Option<double?> _test = NumberOption.Real("--test-fraction", "Share of rows for test when one file is split (default: 0.2).", 0, 1);

    /// <summary>Adds the options for columns.</summary>
    public DataOptions AddColumns(Command command)
    {
        command.Add(_text);
        command.Add(_pair);
        command.Add(_label);
        command.Add(_maxField);
        return this;
    }

    /// <summary>Adds the option for labels that are not known.</summary>
    public DataOptions AddUnknownLabels(Command command)
    {
        command.Add(_unknown);
        return this;
    }

    /// <summary>Adds the options for splitting.</summary>
    public DataOptions AddSplit(Command command)
    {
        command.Add(_splitSeed);
        command.Add(_dev);
        command.Add(_test);
        return this;
    }

    /// <summary>Adds the options for pictures.</summary>
    public DataOptions AddPictures(Command command)
    {
        command.Add(_path);
        command.Add(_root);
        command.Add(_coarse);
        command.Add(_maxPixels);
        command.Add(_skipBad);
        return this;
    }

    /// <summary>The most pixels of a picture, or null.</summary>
    /// <exception cref="InputException">It is below 1.</exception>
    public long? MaxPixels(Session session) => session.Get(_maxPixels) is not { } most ? null : most > 0 ? most : throw new InputException($"--max-pixels {most} is below 1");

    /// <summary>Whether bad pictures are left out.</summary>
    public bool SkipBadImages(Session session) => session.Get(_skipBad);

    /// <summary>The options of a data set of pictures.</summary>
    public ImageDatasetOptions Images(Session session)
    {
        var defaults = new ImageDatasetOptions();
        return defaults with
        {
            PathColumn = session.Get(_path),
            LabelColumn = session.Get(_label),
            ImageRoot = session.Get(_root),
            CoarseLabels = session.Get(_coarse),
            UnknownLabels = DropUnknownLabels(session) ? UnknownLabels.Drop : UnknownLabels.Error,
            SplitSeed = session.Get(_splitSeed) ?? defaults.SplitSeed,
            DevFraction = session.Get(_dev) ?? defaults.DevFraction,
            TestFraction = session.Get(_test) ?? defaults.TestFraction,
        };
    }

    /// <summary>Whether rows with unknown labels are left out.</summary>
    public bool DropUnknownLabels(Session session) => session.Get(_unknown) == "drop";

    /// <summary>The options of a single table.</summary>
    /// <param name="session">The invocation.</param>
    /// <param name="requireLabels">Whether each row must have a label.</param>
    public TableOptions Table(Session session, bool requireLabels)
    {
        var options = new TableOptions { TextColumn = session.Get(_text), PairColumn = session.Get(_pair), LabelColumn = session.Get(_label), RequireLabels = requireLabels };
        return session.Get(_maxField) is { } longest ? options with { MaxFieldLength = longest } : options;
    }

    /// <summary>The options of a data set.</summary>
    public DatasetOptions Dataset(Session session)
    {
        var defaults = new DatasetOptions();
        return defaults with
        {
            Table = Table(session, requireLabels: true),
            UnknownLabels = DropUnknownLabels(session) ? UnknownLabels.Drop : UnknownLabels.Error,
            SplitSeed = session.Get(_splitSeed) ?? defaults.SplitSeed,
            DevFraction = session.Get(_dev) ?? defaults.DevFraction,
            TestFraction = session.Get(_test) ?? defaults.TestFraction,
        };
    }
}
