using System.CommandLine;
using System.Text.Json.Nodes;
using Tailor.Foundation;

namespace Tailor.Cli;

/// <summary><c>tailor train</c>.</summary>
internal sealed class TrainCommand : TailorCommand
{
    private readonly Option<string> _recipe = new("--recipe") { Description = "A recipe's name (see: tailor recipes) or the path of a recipe file.", HelpName = "NAME", DefaultValueFactory = _ => "cls-tanh" };
    private readonly Option<string?> _out = new("--out") { Description = "The run folder to make.", HelpName = "RUN" };
    private readonly Option<string?> _resume = new("--resume") { Description = "Continue a run that was stopped or killed.", HelpName = "RUN" };
    private readonly Option<int?> _seeds = NumberOption.Integer("--seeds", "Train with this many seeds, one run folder each, and report mean and standard deviation.", 1, 1000);
    private readonly Option<bool> _json = new("--json") { Description = "Print the result as JSON." };
    private readonly RunOptions _run = new("Change a key of the recipe, such as stages.0.lr=3e-5; may be given several times.");

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
        foreach (Option option in new Option[] { _run.Data, _run.Model, _recipe, _run.Set, _run.Verbalizer, _run.Augmented, _out, _resume, _seeds, _run.CheckpointEvery, _run.Precision.Option, _run.Rho, _run.Groups, _json })
        {
            Add(option);
        }

        _run.Tables.AddColumns(this).AddPictures(this).AddUnknownLabels(this).AddSplit(this);
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
            RefuseBeside(session, _run.Data, _run.Model, _recipe, _run.Set, _run.Verbalizer, _run.Augmented, _run.Precision.Option, _run.Rho, _run.Groups);
            session.LoadLibtorch();
            return TrainingRun.Do(session, "training", session.Get(_json), (progress, stop) => Runs.Resume(resume, progress, stop));
        }

        TrainRequest request = _run.Fill(session, this, new TrainRequest { Data = "", Model = "", Output = "", Recipe = session.Get(_recipe)!, Seed = session.Seed });
        request = request with { Output = resume ?? RunOptions.Required(session, this, _out) };
        session.LoadLibtorch();
        string? advice = _run.Precision.Advice(session);
        return several
            ? SeedRuns.Do(session, request, session.Get(_seeds)!.Value, resume is not null, session.Get(_json), advice)
            : TrainingRun.Do(session, "training", session.Get(_json), (progress, stop) => Runs.Train(request, progress, stop), advice);
    }

    private static void RefuseBeside(Session session, params Option[] options)
    {
        if (options.FirstOrDefault(session.Has) is { } given)
        {
            throw new InputException($"--resume takes everything from the run folder; leave out {given.Name}");
        }
    }
}
