using System.CommandLine;
using System.Text.Json.Nodes;
using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor.Cli;

/// <summary><c>tailor pretrain</c>.</summary>
internal sealed class PretrainCommand : TailorCommand
{
    private readonly Option<string[]> _text = new("--text") { Description = "UTF-8 text files, one sentence or document a line.", HelpName = "FILE", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = true };
    private readonly Option<string[]> _images = new("--images") { Description = "Sets of labelled pictures, in the place of --text: supervised training of a new vision transformer.", HelpName = "PATH", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = true };
    private readonly Option<int?> _imageSize = NumberOption.Integer("--image-size", "Height and width of the pictures, in pixels (default: 32).", 1, 4096);
    private readonly Option<int?> _patch = NumberOption.Integer("--patch", "Height and width of a patch, in pixels (default: 4).", 1, 4096);
    private readonly Option<string?> _out = new("--out") { Description = "The run folder to make; its model/ is a Hugging Face directory.", HelpName = "RUN" };
    private readonly Option<string?> _resume = new("--resume") { Description = "Continue a run that was stopped or killed.", HelpName = "RUN" };
    private readonly Option<string?> _model = new("--model") { Description = "Continue from this Hugging Face directory (default: a new encoder).", HelpName = "DIR" };
    private readonly Option<string?> _vocab = new("--vocab") { Description = "A vocab.txt for a new encoder (default: one is trained on the texts).", HelpName = "FILE" };
    private readonly Option<int?> _vocabSize = NumberOption.Integer("--vocab-size", "Tokens of the vocabulary that is trained (default: 8000).", 16, 1_000_000);
    private readonly Option<bool> _cased = new("--cased") { Description = "Keep capitals and accents." };
    private readonly Option<int?> _layers = NumberOption.Integer("--layers", "Layers of a new encoder (default: 4).", 1, 1000);
    private readonly Option<int?> _hidden = NumberOption.Integer("--hidden", "Width of a new encoder (default: 128).", 1, 65536);
    private readonly Option<int?> _heads = NumberOption.Integer("--heads", "Attention heads of a new encoder (default: 4).", 1, 1024);
    private readonly Option<int?> _intermediate = NumberOption.Integer("--intermediate", "Feed-forward width of a new encoder (default: 4 times the width).", 1, 1 << 20);
    private readonly Option<int?> _maxLength = NumberOption.Integer("--max-length", "Longest sequence in tokens; longer lines become several (default: 128).", 8, 1 << 20);
    private readonly Option<double?> _epochs = NumberOption.Real("--epochs", "Passes over the texts (default: 3).", 0, int.MaxValue);
    private readonly Option<int?> _steps = NumberOption.Integer("--steps", "Optimizer steps, in place of --epochs.", 1, int.MaxValue);
    private readonly Option<int?> _batch = NumberOption.Integer("--batch-size", "Sequences in a step (default: 64).", 1, 1 << 20);
    private readonly Option<double?> _lr = NumberOption.Real("--lr", "Peak learning rate (default: 5e-4).", 0, 1);
    private readonly Option<int?> _evalEvery = NumberOption.Integer("--eval-every", "Score the held-out lines every N steps (default: each epoch).", 1, int.MaxValue);
    private readonly Option<double?> _mask = NumberOption.Real("--mask-probability", "Share of tokens to predict (default: 0.15).", 0, 1);
    private readonly Option<double?> _dev = NumberOption.Real("--dev-share", "Share of lines held out to score on (default: 0.02).", 0, 1);
    private readonly Option<int?> _checkpoint = NumberOption.Integer("--checkpoint-every", "Write a checkpoint every N steps (default: about every minute).", 1, int.MaxValue);
    private readonly PrecisionOption _precision = new();
    private readonly Option<bool> _json = new("--json") { Description = "Print the result as JSON." };

    public PretrainCommand()
        : base(
            "pretrain",
            "Train a new or given encoder on plain text by masked-language modelling, or a new one on labelled pictures.",
            "tailor pretrain --text corpus.txt --vocab-size 2500 --layers 4 --hidden 128 --epochs 10 --out runs/pretrained",
            "tailor pretrain --text domain.txt --model bert-base-uncased --steps 2000 --lr 5e-5 --out runs/domain",
            "tailor pretrain --images cifar10/ mnist/ --layers 6 --hidden 144 --epochs 30 --out runs/vit",
            "tailor pretrain --resume runs/pretrained")
    {
        foreach (Option option in new Option[] { _text, _images, _imageSize, _patch, _out, _resume, _model, _vocab, _vocabSize, _cased, _layers, _hidden, _heads, _intermediate, _maxLength, _epochs, _steps, _batch, _lr, _evalEvery, _mask, _dev, _checkpoint, _precision.Option, _json })
        {
            Add(option);
        }
    }

    protected override int Run(Session session)
    {
        string? resume = session.Get(_resume);
        bool pictures = session.Has(_images) || (resume is not null && ImagePretraining.RunOf(resume) is not null);
        PretrainRequest? request = resume is null && !pictures ? Request(session) : null;
        if (resume is not null && Options.FirstOrDefault(option => option != _resume && option != _json && option is not System.CommandLine.Help.HelpOption && session.Has(option)) is { } given)
        {
            throw new InputException($"--resume takes everything from the run folder; leave out {given.Name}");
        }

        session.LoadLibtorch();
        string? advice = resume is null ? _precision.Advice(session) : null;
        if (pictures)
        {
            return Pictures(session, resume is null ? ImageRequest(session) : null, resume, advice);
        }

        using var interruption = new Interruption(session);
        PretrainResult result = ProgressSurface.Run(session, surface =>
        {
            var progress = new TrainingProgress(surface, "pretraining", advice);
            return request is null ? Pretraining.Resume(resume!, progress, interruption.Token) : Pretraining.Train(request, progress, interruption.Token);
        });
        if (result.Stopped)
        {
            throw new InterruptedException($"stopped; continue with: tailor pretrain --resume {result.Folder}", interruption.ExitCode);
        }

        string model = Path.Combine(result.Folder, "model");
        if (session.Get(_json))
        {
            JsonOutput.Write(session, new JsonObject { ["run"] = result.Folder, ["model"] = model, ["best_step"] = result.BestStep, ["best_dev_loss"] = result.BestLoss });
        }
        else
        {
            session.Out.WriteLine(result.BestLoss is { } loss ? $"{model}\tdev loss {loss:F4} at step {result.BestStep}" : model);
        }

        return 0;
    }

    private int Pictures(Session session, ImagePretrainRequest? request, string? resume, string? advice)
    {
        RunResult result = TrainingRun.Run(
            session,
            "pretraining",
            (progress, stop) => request is null ? Runs.Resume(ImagePretraining.RunOf(resume!)!, progress, stop) : ImagePretraining.Train(request, progress, stop),
            $"tailor pretrain --resume {request?.Output ?? resume}",
            advice);
        string model = Path.Combine(result.Folder, "model");
        if (session.Get(_json))
        {
            JsonOutput.Write(session, new JsonObject { ["run"] = result.Folder, ["model"] = model, ["best_step"] = result.BestStep, ["best_dev_accuracy"] = result.BestScore });
        }
        else
        {
            session.Out.WriteLine(result.BestScore is { } accuracy ? $"{model}\tdev accuracy {accuracy:F4} at step {result.BestStep}" : model);
        }

        return 0;
    }

    private ImagePretrainRequest ImageRequest(Session session)
    {
        if (new Option[] { _text, _model, _vocab, _vocabSize, _cased, _maxLength, _mask, _dev }.FirstOrDefault(session.Has) is { } stray)
        {
            throw new InputException($"{stray.Name} is for texts; leave it out beside --images");
        }

        var defaults = new ImagePretrainRequest { Images = session.Get(_images)!, Output = session.Get(_out) ?? throw new InputException("--out is required; see: tailor pretrain --help") };
        var changes = new List<string>();
        void Change<T>(Option<T> option, string key)
        {
            if (session.Has(option))
            {
                changes.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"stages.0.{key}={session.Get(option)}"));
            }
        }

        Change(_epochs, "epochs");
        Change(_steps, "steps");
        Change(_batch, "batch_size");
        Change(_lr, "lr");
        Change(_evalEvery, "eval_every");
        return defaults with
        {
            Layers = session.Get(_layers) ?? defaults.Layers,
            HiddenSize = session.Get(_hidden) ?? defaults.HiddenSize,
            Heads = session.Get(_heads) ?? defaults.Heads,
            IntermediateSize = session.Get(_intermediate),
            ImageSize = session.Get(_imageSize) ?? defaults.ImageSize,
            PatchSize = session.Get(_patch) ?? defaults.PatchSize,
            Overrides = session.Has(_steps) ? [.. changes, "stages.0.epochs=null"] : changes,
            Seed = session.Seed,
            Device = session.Device,
            Precision = _precision.Of(session),
            CheckpointEvery = session.Get(_checkpoint),
        };
    }

    private PretrainRequest Request(Session session)
    {
        string[] texts = session.Get(_text) is { Length: > 0 } given ? given : throw new InputException("--text or --images is required; see: tailor pretrain --help");
        string output = session.Get(_out) ?? throw new InputException("--out is required; see: tailor pretrain --help");
        if (session.Has(_epochs) && session.Has(_steps))
        {
            throw new InputException("give --epochs or --steps, not both");
        }

        if (session.Has(_model) && new Option[] { _vocab, _vocabSize, _cased, _layers, _hidden, _heads, _intermediate }.FirstOrDefault(session.Has) is { } shape)
        {
            throw new InputException($"{shape.Name} is for a new encoder; --model brings its own");
        }

        var defaults = new PretrainRequest { Texts = texts, Output = output, Device = session.Device, Precision = _precision.Of(session) };
        StageRecipe stage = defaults.Stage with
        {
            Epochs = session.Has(_steps) ? null : session.Get(_epochs) ?? defaults.Stage.Epochs,
            Steps = session.Get(_steps),
            BatchSize = session.Get(_batch) ?? defaults.Stage.BatchSize,
            Lr = session.Get(_lr) ?? defaults.Stage.Lr,
            EvalEvery = session.Get(_evalEvery),
        };
        return defaults with
        {
            Model = session.Get(_model),
            Vocabulary = session.Get(_vocab),
            VocabularySize = session.Get(_vocabSize) ?? defaults.VocabularySize,
            LowerCase = !session.Get(_cased),
            Layers = session.Get(_layers) ?? defaults.Layers,
            HiddenSize = session.Get(_hidden) ?? defaults.HiddenSize,
            Heads = session.Get(_heads) ?? defaults.Heads,
            IntermediateSize = session.Get(_intermediate),
            MaxLength = session.Get(_maxLength) ?? defaults.MaxLength,
            MaskProbability = session.Get(_mask) ?? defaults.MaskProbability,
            DevShare = session.Get(_dev) ?? defaults.DevShare,
            Seed = session.Seed,
            CheckpointEvery = session.Get(_checkpoint),
            Stage = stage,
        };
    }
}
