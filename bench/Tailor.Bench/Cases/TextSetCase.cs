using Tailor.Backbones;
using Tailor.Data;
using Tailor.Engine;
using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor.Bench;

/// <summary>Texts of a real data set with real weights, shuffled; what needs it is padded by the other sides to each batch's longest.</summary>
/// <param name="name">The name on the command line.</param>
/// <param name="folder">The data set's folder in <c>data/</c>.</param>
/// <param name="maxLength">The most tokens of a text.</param>
/// <param name="kind">What a step does.</param>
internal sealed class TextSetCase(string name, string folder, int maxLength, WorkloadKind kind = WorkloadKind.Train) : BenchCase
{
    private const string Model = "minilm-l6-mlm";
    private const int Window = 512; // as many texts as Tailor's classifier takes of a stream at once

    /// <summary>Texts of a step, steps that are not counted, texts of each of those, counted steps.</summary>
    private readonly (int Texts, int WarmUp, int WarmUpTexts, int Steps) _size = kind switch
    {
        WorkloadKind.Inference => (Window, 1, 64, 3),
        WorkloadKind.Embedding => (1000, 1, 64, 10),
        _ => (32, 5, 32, 40),
    };

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override WorkloadKind Kind => kind;

    /// <inheritdoc/>
    public override string Description => $"{folder}, {Model}, at most {maxLength} tokens, " + kind switch
    {
        WorkloadKind.Inference => $"requests of {_size.Texts} texts, order kept",
        WorkloadKind.Embedding => $"requests of {_size.Texts} texts, mean states, order kept",
        WorkloadKind.Prompt => $"prompt-tuning with template and label words, batches of {_size.Texts}, dropout 0.1",
        WorkloadKind.MaskedLanguage => $"masked-language modelling, batches of {_size.Texts}, dropout 0.1",
        _ => $"shuffled batches of {_size.Texts}, dropout 0.1",
    };

    /// <inheritdoc/>
    public override Workload? Prepare(CaseSettings settings, out string? lack)
    {
        string data = Path.GetFullPath(Path.Combine(settings.Shared, "data", folder)), model = Path.GetFullPath(Path.Combine(settings.Shared, "models", Model));
        lack = Directory.Exists(data) && Directory.Exists(model) ? null : $"needs {data} and {model}";
        if (lack is not null)
        {
            return null;
        }

        LabelSet labels = LabelSet.Read(Path.Combine(data, "label2idx.json"));
        TextExample[] rows = TextTable.Read(Path.Combine(data, "train.tsv"), new TableOptions { TextColumn = "text", LabelColumn = "label" })
            .Where(row => row.Label is not null && labels.IndexOf(row.Label) >= 0).ToArray();
        int steps = settings.Steps ?? _size.Steps, most = (rows.Length - (_size.WarmUp * _size.WarmUpTexts)) / _size.Texts;
        if (steps > most)
        {
            throw new InputException($"--steps {settings.Steps}: {folder} has enough texts for {most}; use at most {most}");
        }

        int[] order = Enumerable.Range(0, rows.Length).ToArray();
        RandomStream.For(1, "bench order").Shuffle<int>(order);
        int warmUp = _size.WarmUp * _size.WarmUpTexts;
        TextExample[] chosen = [.. order[..(warmUp + (steps * _size.Texts))].Select(row => rows[row])];
        Tokenizer tokenizer = Tokenizer.Load(model);
        var config = BertConfig.Read(model);
        int[] all = [.. Enumerable.Range(0, chosen.Length)];
        var workload = new Workload
        {
            Name = name,
            Kind = kind,
            Shape = new EncoderShape(config.Layers, config.HiddenSize, config.Heads, config.IntermediateSize, config.VocabularySize, config.MaxPositions),
            ModelDirectory = model,
            Dropout = 0.1,
            Classes = labels.Count,
            MaxLength = maxLength,
            Sequences = kind == WorkloadKind.Prompt ? [] : [.. chosen.Select(row => tokenizer.EncodeIds(row.Text, null, maxLength, out _))],
            Labels = [.. chosen.Select(row => labels.IndexOf(row.Label!))],
            Batches = [.. all[..warmUp].Chunk(_size.WarmUpTexts), .. all[warmUp..].Chunk(_size.Texts)],
            WarmUp = _size.WarmUp,
            Threads = settings.Threads,
        };
        return kind switch
        {
            WorkloadKind.Embedding => workload with { Texts = [.. chosen.Select(row => row.Text)] },
            WorkloadKind.MaskedLanguage => Masked(workload, tokenizer),
            WorkloadKind.Prompt => Prompted(workload, tokenizer, chosen, data, labels),
            _ => workload,
        };
    }

    /// <summary>The masks of the other sides; Tailor's task draws its own of the same share.</summary>
    private static Workload Masked(Workload workload, Tokenizer tokenizer)
    {
        var masking = new TokenMasking(tokenizer, Workload.MaskProbability);
        RandomStream random = RandomStream.For(1, "bench masks");
        var positions = new List<int>();
        int[][] corrupted = new int[workload.Sequences.Length][], chosen = new int[corrupted.Length][];
        for (int s = 0; s < corrupted.Length; s++)
        {
            positions.Clear();
            corrupted[s] = masking.Corrupt(workload.Sequences[s], ref random, positions);
            chosen[s] = [.. positions];
        }

        return workload with { Corrupted = corrupted, Chosen = chosen };
    }

    private static Workload Prompted(Workload workload, Tokenizer tokenizer, TextExample[] rows, string data, LabelSet labels)
    {
        string words = Path.Combine(data, "verbalizer.json");
        Verbalizer verbalizer = File.Exists(words) ? Verbalizer.Read(words, labels.Names, _ => { }) : Verbalizer.FromLabels(labels.Names);
        var encoder = new TemplateEncoder(PromptTemplate.Parse(workload.Recipe("prompt").Input.Template), tokenizer, workload.MaxLength);
        TokenSequence[] sequences = [.. rows.Select(row => encoder.Encode(row.Text, row.Pair))];
        return workload with
        {
            Sequences = [.. sequences.Select(sequence => sequence.Ids)],
            ReadAt = [.. sequences.Select(sequence => sequence.ReadAt)],
            LabelWords = [.. verbalizer.Words.Select(one => one.ToArray())],
            LabelTokens = verbalizer.TokenIds(tokenizer, _ => { }),
        };
    }
}
