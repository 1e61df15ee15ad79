using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tailor.Backbones;
using Tailor.Data;
using Tailor.Engine;
using Tailor.Foundation;
using Tailor.Tuning;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor;

/// <summary>Masked-language-model training of a new or given encoder on text files. The result is an ordinary Hugging Face directory.</summary>
public static class Pretraining
{
    private const string InitialFolder = "initial";

    /// <summary>Pretrains an encoder.</summary>
    /// <param name="request">What to do.</param>
    /// <param name="progress">Told of every step, or null.</param>
    /// <param name="stop">Asks to stop after the step in progress; the run can then be resumed.</param>
    /// <exception cref="InputException">Something in the request cannot be.</exception>
    public static PretrainResult Train(PretrainRequest request, IProgress<TrainingEvent>? progress = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        RunFolder.RequireFree(request.Output);
        string[] lines = ReadLines(request.Texts);
        Libtorch.Load();
        MixedPrecision.Require(request.Precision, ComputeDevice.Find(request.Device));
        using TextBackbone backbone = request.Model is { } model ? TextBackbone.Load(model, request.Seed, ComputeDevice.Find(request.Device)) : New(request, lines, progress, stop);
        backbone.RequireLength(request.MaxLength);
        RunFolder folder = RunFolder.Create(request.Output);
        folder.Write(() => SaveModel(backbone, Path.Combine(folder.Path, InitialFolder)));
        folder.Write(folder.Description, new JsonObject
        {
            ["format"] = 1,
            ["kind"] = "pretrain",
            ["tailor"] = typeof(Pretraining).Assembly.GetName().Version?.ToString(3),
            ["request"] = JsonSerializer.SerializeToNode(request with { Texts = request.Texts.Select(Path.GetFullPath).ToArray() }),
            ["data_fingerprint"] = Fingerprint(lines),
            ["threads"] = Libtorch.Threads,
            ["precision"] = PrecisionName.Of(request.Precision),
            ["instruction_set"] = Libtorch.Facts().ArithmeticIn(request.Precision),
        });
        return Continue(folder, request, backbone, lines, progress, stop);
    }

    /// <summary>Continues a pretraining run that was stopped or killed.</summary>
    /// <param name="runFolder">The run folder.</param>
    /// <param name="progress">Told of every step, or null.</param>
    /// <param name="stop">Asks to stop after the step in progress.</param>
    /// <exception cref="InputException">The run is finished, or its texts are not what they were.</exception>
    public static PretrainResult Resume(string runFolder, IProgress<TrainingEvent>? progress = null, CancellationToken stop = default)
    {
        RunFolder folder = RunFolder.OpenUnfinished(runFolder);
        JsonObject json = folder.ReadDescription();
        PretrainRequest request = json["request"].Deserialize<PretrainRequest>() ?? throw new InputException($"{runFolder}: this is no pretraining run; continue it with: tailor train --resume {runFolder}");
        string[] lines = ReadLines(request.Texts);
        if (Fingerprint(lines) != json["data_fingerprint"]?.GetValue<string>())
        {
            throw new InputException($"{string.Join(", ", request.Texts)}: the texts are not what the run was begun with; restore them or start a new run");
        }

        Libtorch.Load(json["threads"]?.GetValue<int>());
        MixedPrecision.Require(request.Precision, ComputeDevice.Find(request.Device));
        using TextBackbone backbone = TextBackbone.Load(Path.Combine(folder.Path, InitialFolder), request.Seed, ComputeDevice.Find(request.Device));
        folder.RemoveLeftovers();
        return Continue(folder, request, backbone, lines, progress, stop);
    }

    private static PretrainResult Continue(RunFolder folder, PretrainRequest request, TextBackbone backbone, string[] lines, IProgress<TrainingEvent>? progress, CancellationToken stop)
    {
        int[] order = Enumerable.Range(0, lines.Length).ToArray();
        RandomStream.For(request.Seed, "pretraining dev lines").Shuffle<int>(order);
        int devLines = (int)(request.DevShare * lines.Length);
        TokenSequence[] dev = Sequences(backbone.Tokenizer, order.Take(devLines).Select(i => lines[i]), request.MaxLength);
        TokenSequence[] train = Sequences(backbone.Tokenizer, order.Skip(devLines).Order().Select(i => lines[i]), request.MaxLength);
        if (train.Length == 0)
        {
            throw new InputException("the texts hold no line to train on; give files with one sentence or document a line");
        }

        progress?.Report(new Remark($"{train.Length} training sequences ({train.Sum(s => (long)s.Ids.Length)} tokens), {dev.Length} dev sequences, vocabulary {backbone.Tokenizer.VocabularySize}"));
        var task = new MaskedLanguageTask(backbone, train, dev, request.MaskProbability) { Precision = request.Precision };
        var options = new LoopOptions { Seed = request.Seed, CheckpointEvery = request.CheckpointEvery };
        LoopResult loop = new TrainingLoop(task, [request.Stage], folder, options, progress).Run(stop);
        if (!loop.Stopped)
        {
            folder.Write(() => SaveModel(backbone, folder.Model));
            folder.Write(folder.Result, new JsonObject { ["best_step"] = loop.BestStep, ["best_dev_loss"] = loop.BestScore });
        }

        return new PretrainResult(folder.Path, loop.Stopped, loop.BestScore, loop.BestStep);
    }

    private static TextBackbone New(PretrainRequest request, string[] lines, IProgress<TrainingEvent>? progress, CancellationToken stop)
    {
        var normalizer = new BertNormalizerOptions { Lowercase = request.LowerCase };
        IReadOnlyList<string> vocabulary;
        if (request.Vocabulary is { } file)
        {
            vocabulary = ReadLines([file]);
        }
        else
        {
            progress?.Report(new Remark($"training a WordPiece vocabulary of {request.VocabularySize} on {lines.Length} lines"));
            vocabulary = WordPieceTrainer.Train(lines, request.VocabularySize, normalizer, ct: stop);
        }

        WordPieceTokenizer tokenizer = WordPieceTokenizer.FromVocabulary(vocabulary, normalizer);
        if (request.HiddenSize % request.Heads != 0)
        {
            throw new InputException($"the width {request.HiddenSize} is no multiple of {request.Heads} heads; choose --hidden and --heads so that it is");
        }

        var config = new BertConfig
        {
            VocabularySize = tokenizer.VocabularySize,
            HiddenSize = request.HiddenSize,
            Layers = request.Layers,
            Heads = request.Heads,
            IntermediateSize = request.IntermediateSize ?? (4 * request.HiddenSize),
            MaxPositions = request.MaxLength,
            Source = new JsonObject { ["pad_token_id"] = tokenizer.PadId, ["tie_word_embeddings"] = true },
        };
        return TextBackbone.Create(config, tokenizer, request.Seed, ComputeDevice.Find(request.Device));
    }

    private static void SaveModel(TextBackbone backbone, string directory)
    {
        using DisposeScope scope = NewDisposeScope();
        using var _ = no_grad();
        ModelDirectory.Save(directory, backbone.Config.ToJson("BertForMaskedLM"), backbone.Tokenizer, ModelDirectory.Weights(backbone.Parameters));
    }

    /// <summary>Lines as token sequences with [CLS] and [SEP]; a line longer than the limit makes several.</summary>
    private static TokenSequence[] Sequences(Tokenizer tokenizer, IEnumerable<string> lines, int maxLength)
    {
        int cls = tokenizer.ClsId ?? throw new InputException("the tokenizer has no [CLS] token"), sep = tokenizer.SepId ?? throw new InputException("the tokenizer has no [SEP] token");
        var sequences = new List<TokenSequence>();
        var ids = new List<int>();
        foreach (string line in lines)
        {
            ids.Clear();
            tokenizer.AppendIds(line, ids);
            foreach (int[] chunk in ids.Chunk(maxLength - 2))
            {
                sequences.Add(new TokenSequence([cls, .. chunk, sep], chunk.Length + 2));
            }
        }

        return [.. sequences];
    }

    private static string[] ReadLines(IReadOnlyList<string> files)
    {
        string[] lines = files.SelectMany(TextLines.Read).ToArray();
        return lines.Length > 0 ? lines : throw new InputException($"{string.Join(", ", files)}: no text; give UTF-8 files with one sentence or document a line");
    }

    private static string Fingerprint(string[] lines)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string line in lines)
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(line + "\n"));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
