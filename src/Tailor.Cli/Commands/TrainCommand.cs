using System.CommandLine;
using System.Text.Json.Nodes;
using Tailor.Foundation;

namespace Tailor.Cli;

/// <summary><c>tailor train</c>.</summary>
internal sealed class TrainCommand : TailorCommand
{
    private readonly Option<string?> _data = new("--data") { Description = "A folder with train, dev and test tables, or one table that is split (.csv, .tsv, .jsonl).", HelpName = "PATH" };
    private readonly Option<string?> _model = new("--model") { Description = "A Hugging Face model directory.", HelpName = "DIR" };
    private readonly Option<string> _recipe = new("--recipe") { Description = "A recipe's name (see: tailor recipes) or the path of a recipe file.", HelpName = "NAME", DefaultValueFactory = _ => "cls-tanh" };
    private readonly Option<string[]> _set = new("--set") { Description = "Change a key of the recipe, such as stages.0.lr=3e-5; may be given several times.", HelpName = "KEY=VALUE", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string?> _verbalizer = new("--verbalizer") { Description = "Words of the classes for prompt recipes, a JSON or YAML map (default: verbalizer.json in the data folder, else the class names).", HelpName = "FILE" };
    private readonly Option<string?> _augmented = new("--augmented") { Description = "Augmented training rows (see: tailor augment), for recipes with a stage of data augmented.", HelpName = "FILE" };
    private readonly Option<string?> _out = new("--out") { Description = "The run folder to make.", HelpName = "RUN" };
    private readonly Option<string?> _resume = new("--resume") { Description = "Continue a run that was stopped or killed.", HelpName = "RUN" };
    private readonly Option<int?> _seeds = NumberOption.Integer("--seeds", "Train with this many seeds, one run folder each, and report mean and standard deviation.", 1, 1000);
    private readonly Option<int?> _checkpoint = NumberOption.Integer("--checkpoint-every", "Write a checkpoint every N steps (default: about every minute).", 1, int.MaxValue);
    private readonly Option<double?> _rho = NumberOption.Real("--rho", "Head/tail threshold: the share of scored examples that head classes stay under (default: 0.55).", 0, 1);
    private readonly Option<bool> _json = new("--json") { Description = "Print the result as JSON." };
    private readonly DataOptions _dataOptions = new();

    public TrainCommand()
        : base(
            "train",
            "Fine-tune a pretrained model by a recipe.",
            "tailor train --data tickets.csv --model bert-base-uncased --recipe cls-tanh --out runs/first",
            "tailor train --data atis/ --model minilm --recipe cls-eta --set stages.0.lr=3e-5 --seeds 5 --out runs/eta",
            "tailor train --data atis/ --model bert-base-uncased --recipe prompt --verbalizer words.yaml --out runs/prompt",
            "tailor train --data atis/ --model bert-base-uncased --recipe two-stage-augmented --augmented augmented.csv --out runs/augmented",
            "tailor train --resume runs/first")
    {
        foreach (Option option in new Option[] { _data, _model, _recipe, _set, _verbalizer, _augmented, _out, _resume, _seeds, _checkpoint, _rho, _json })
        {
            Add(option);
        }

        _dataOptions.AddColumns(this).AddUnknownLabels(this).AddSplit(this);
    }

    protected override int Run(Session session)
    {
        string? resume = session.Get(_resume);
        bool several = session.Has(_seeds);
        if (resume is not null && session.Has(_out))
        {
            throw new InputException("--resume continues its own folder; leave out --out");
        }

        if (resume is not null && !several)
        {
            RefuseBeside(session, _data, _model, _recipe, _set, _verbalizer, _augmented, _rho);
            session.LoadLibtorch();
            return TrainingRun.Do(session, "training", session.Get(_json), (progress, stop) => Runs.Resume(resume, progress, stop));
        }

        var request = new TrainRequest
        {
            Data = Required(session, _data),
            Model = Required(session, _model),
            Recipe = session.Get(_recipe)!,
            Overrides = session.Get(_set) ?? [],
            Verbalizer = session.Get(_verbalizer),
            Augmented = session.Get(_augmented),
            Output = resume ?? Required(session, _out),
            Seed = session.Seed,
            Device = session.Device,
            DataOptions = _dataOptions.Dataset(session),
            CheckpointEvery = session.Get(_checkpoint),
        };
        request = session.Get(_rho) is { } rho ? request with { Rho = rho } : request;
        session.LoadLibtorch();
        return several
            ? SeedRuns.Do(session, request, session.Get(_seeds)!.Value, resume is not null, session.Get(_json))
            : TrainingRun.Do(session, "training", session.Get(_json), (progress, stop) => Runs.Train(request, progress, stop));
    }

    private static string Required(Session session, Option<string?> option) => session.Get(option) ?? throw new InputException($"{option.Name} is required; see: tailor train --help");

    private static void RefuseBeside(Session session, params Option[] options)
    {
        if (options.FirstOrDefault(session.Has) is { } given)
        {
            throw new InputException($"--resume takes everything from the run folder; leave out {given.Name}");
        }
    }
}
