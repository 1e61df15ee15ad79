using System.CommandLine;
using Tailor.Evaluation;
using Tailor.Foundation;

namespace Tailor.Cli;

/// <summary>The options that training and comparing have in common.</summary>
/// <param name="set">What --set does.</param>
internal sealed class RunOptions(string set)
{
    /// <summary>The data.</summary>
    public Option<string?> Data { get; } = new("--data") { Description = "A folder with train, dev and test tables, or one table that is split (.csv, .tsv, .jsonl); of pictures also folders of classes, lists, IDX and CIFAR files.", HelpName = "PATH" };

    /// <summary>The model.</summary>
    public Option<string?> Model { get; } = new("--model") { Description = "A Hugging Face model directory.", HelpName = "DIR" };

    /// <summary>Changes to recipes.</summary>
    public Option<string[]> Set { get; } = new("--set") { Description = set, HelpName = "KEY=VALUE", Arity = ArgumentArity.OneOrMore };

    /// <summary>Label words.</summary>
    public Option<string?> Verbalizer { get; } = new("--verbalizer") { Description = "Words of the classes for prompt recipes, a JSON or YAML map (default: verbalizer.json in the data folder, else the class names).", HelpName = "FILE" };

    /// <summary>Augmented rows.</summary>
    public Option<string?> Augmented { get; } = new("--augmented") { Description = "Augmented training rows (see: tailor augment), for recipes with a stage of data augmented.", HelpName = "FILE" };

    /// <summary>How often checkpoints are written.</summary>
    public Option<int?> CheckpointEvery { get; } = NumberOption.Integer("--checkpoint-every", "Write a checkpoint every N steps (default: about every minute).", 1, int.MaxValue);

    /// <summary>The numbers that are computed in.</summary>
    public PrecisionOption Precision { get; } = new();

    /// <summary>Glee's threshold.</summary>
    public Option<double?> Rho { get; } = NumberOption.Real("--rho", "Head/tail threshold: the share of scored examples that head classes stay under (default: 0.55).", 0, 1);

    /// <summary>The bounds between many, medium and few.</summary>
    public Option<string> Groups { get; } = GroupsOption.Of();

    /// <summary>How tables are read and split.</summary>
    public DataOptions Tables { get; } = new();

    /// <summary>The value of an option that must be there.</summary>
    /// <exception cref="InputException">It is not.</exception>
    public static string Required(Session session, Command command, Option<string?> option) => session.Get(option) ?? throw new InputException($"{option.Name} is required; see: tailor {command.Name} --help");

    /// <summary>A request with these options' values.</summary>
    /// <param name="session">The invocation.</param>
    /// <param name="command">The command, for messages.</param>
    /// <param name="request">The request to fill.</param>
    public T Fill<T>(Session session, Command command, T request)
        where T : RunRequest => (T)(request with
        {
            Data = Required(session, command, Data),
            Model = Required(session, command, Model),
            Overrides = session.Get(Set) ?? [],
            Verbalizer = session.Get(Verbalizer),
            Augmented = session.Get(Augmented),
            Device = session.Device,
            Precision = Precision.Of(session),
            DataOptions = Tables.Dataset(session),
            ImageOptions = Tables.Images(session),
            MaxPixels = Tables.MaxPixels(session),
            SkipBadImages = Tables.SkipBadImages(session),
            CheckpointEvery = session.Get(CheckpointEvery),
            Rho = session.Get(Rho) ?? request.Rho,
            Groups = ShotBoundsName.Parse(session.Get(Groups)),
        });
}
