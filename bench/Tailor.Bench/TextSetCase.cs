using Tailor.Backbones;
using Tailor.Data;
using Tailor.Foundation;

namespace Tailor.Bench;

/// <summary>Shuffled batches of a real data set with real weights, padded by the peers to each batch's longest.</summary>
internal sealed class TextSetCase(string name, string title, int maxLength) : BenchCase
{
    private const int BatchSize = 32;
    private const int WarmUp = 5;
    private const int DefaultSteps = 40;
    private const string Model = "minilm-l6-mlm";

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override string Description => $"{title}, shuffled batches of {BatchSize}, at most {maxLength} tokens, {Model}, dropout 0.1";

    /// <inheritdoc/>
    public override Workload? Prepare(CaseSettings settings, out string? lack)
    {
        (string data, string model) = Folders(settings);
        lack = Directory.Exists(data) && Directory.Exists(model) ? null : $"needs {data} and {model}";
        if (lack is not null)
        {
            return null;
        }

        // The rows that the peer's script reads: those whose label is in the map.
        LabelSet labels = LabelSet.Read(Path.Combine(data, "label2idx.json"));
        TextExample[] rows = TextTable.Read(Path.Combine(data, "train.tsv"), new TableOptions { TextColumn = "text", LabelColumn = "label" })
            .Where(row => row.Label is not null && labels.IndexOf(row.Label) >= 0).ToArray();
        int steps = WarmUp + (settings.Steps ?? DefaultSteps), most = rows.Length / BatchSize;
        if (steps > most)
        {
            throw new InputException($"--steps {settings.Steps}: {title} has {most} full batches; use at most {most - WarmUp}");
        }

        int[] order = Enumerable.Range(0, rows.Length).ToArray();
        RandomStream.For(1, "bench order").Shuffle<int>(order);
        int[] chosen = order[..(steps * BatchSize)];
        Tokenizer tokenizer = Tokenizer.Load(model);
        var config = BertConfig.Read(model);
        return new Workload
        {
            Name = name,
            Shape = new EncoderShape(config.Layers, config.HiddenSize, config.Heads, config.IntermediateSize, config.VocabularySize, config.MaxPositions),
            ModelDirectory = model,
            Dropout = 0.1,
            Classes = labels.Count,
            Sequences = chosen.Select(row => tokenizer.EncodeIds(rows[row].Text, null, maxLength, out _)).ToArray(),
            Labels = chosen.Select(row => labels.IndexOf(rows[row].Label!)).ToArray(),
            Batches = Enumerable.Range(0, chosen.Length).Chunk(BatchSize).ToArray(),
            WarmUp = WarmUp,
            Threads = settings.Threads,
            SourceRows = chosen,
            SourceCount = rows.Length,
        };
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string>? PeerArguments(CaseSettings settings, Workload workload, string workloadFile, out string? lack)
    {
        string script = Path.GetFullPath(Path.Combine(settings.Shared, "goldens", "peer", "peer_text.py"));
        lack = File.Exists(script) ? null : $"needs {script}";
        (string data, string model) = Folders(settings);
        return lack is not null
            ? null
            : [script, "--data", data, "--model", model, "--method", "cls_tanh", "--batch", $"{BatchSize}", "--max-length", $"{maxLength}", "--lr", $"{workload.LearningRate}",
                "--dropout", $"{workload.Dropout}", "--threads", $"{workload.Threads}", "--steps", $"{workload.Batches.Length}"];
    }

    private (string Data, string Model) Folders(CaseSettings settings) =>
        (Path.GetFullPath(Path.Combine(settings.Shared, "data", name)), Path.GetFullPath(Path.Combine(settings.Shared, "models", Model)));
}
