using System.Text.Json;
using System.Text.Json.Serialization;
using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor.Bench;

/// <summary>The sizes of a BERT encoder.</summary>
/// <param name="Layers">Transformer layers.</param>
/// <param name="HiddenSize">Width of the states.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="IntermediateSize">Width of the feed-forward layer.</param>
/// <param name="VocabularySize">Rows of the word embedding.</param>
/// <param name="MaxPositions">Rows of the position embedding.</param>
internal sealed record EncoderShape(int Layers, int HiddenSize, int Heads, int IntermediateSize, int VocabularySize = 30_522, int MaxPositions = 512);

/// <summary>Everything a side needs to run a case's steps: every side reads the same file, so all train on the same batches.</summary>
internal sealed record Workload
{
    /// <summary>The share of tokens that masked-language modelling hides.</summary>
    public const double MaskProbability = 0.15;

    /// <summary>The case's name.</summary>
    public required string Name { get; init; }

    /// <summary>What a step does.</summary>
    public WorkloadKind Kind { get; init; }

    /// <summary>The encoder's sizes.</summary>
    public required EncoderShape Shape { get; init; }

    /// <summary>The model directory whose weights are used, or null for random ones.</summary>
    public string? ModelDirectory { get; init; }

    /// <summary>The dropout probability of states, attention and head.</summary>
    public required double Dropout { get; init; }

    /// <summary>The number of classes.</summary>
    public required int Classes { get; init; }

    /// <summary>Token ids of each example, special tokens included.</summary>
    public required int[][] Sequences { get; init; }

    /// <summary>The class of each example.</summary>
    public required int[] Labels { get; init; }

    /// <summary>The steps' batches, as indices of examples.</summary>
    public required int[][] Batches { get; init; }

    /// <summary>How many leading steps are not counted.</summary>
    public required int WarmUp { get; init; }

    /// <summary>Threads of every side.</summary>
    public required int Threads { get; init; }

    /// <summary>The most tokens of an example.</summary>
    public required int MaxLength { get; init; }

    /// <summary>Of inference, the examples of one batch of the sides that batch in file order.</summary>
    public int PeerBatch { get; init; } = 32;

    /// <summary>The texts, where a side tokenizes by itself.</summary>
    public string[]? Texts { get; init; }

    /// <summary>Of prompt-tuning, where in each example the mask stands.</summary>
    public int[]? ReadAt { get; init; }

    /// <summary>Of prompt-tuning, the words of each class.</summary>
    public string[][]? LabelWords { get; init; }

    /// <summary>Of prompt-tuning, the tokens of each class's words.</summary>
    public int[][]? LabelTokens { get; init; }

    /// <summary>Of masked-language modelling, the examples with tokens hidden.</summary>
    public int[][]? Corrupted { get; init; }

    /// <summary>Of masked-language modelling, the positions whose tokens are to be found.</summary>
    public int[][]? Chosen { get; init; }

    /// <summary>The learning rate of every step.</summary>
    public double LearningRate { get; init; } = 5e-5;

    /// <summary>The largest global norm of the gradients.</summary>
    public double Clip { get; init; } = 1;

    /// <summary>Seeds weights and dropout.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>The encoder's settings.</summary>
    public BertConfig ToConfig() => new()
    {
        VocabularySize = Shape.VocabularySize,
        HiddenSize = Shape.HiddenSize,
        Layers = Shape.Layers,
        Heads = Shape.Heads,
        IntermediateSize = Shape.IntermediateSize,
        MaxPositions = Shape.MaxPositions,
        HiddenDropout = Dropout,
        AttentionDropout = Dropout,
    };

    /// <summary>The model directory of a workload that needs one.</summary>
    [JsonIgnore]
    public string Directory => ModelDirectory ?? throw new InputException($"{Name} needs a model directory");

    /// <summary>A recipe at this workload's length.</summary>
    /// <param name="name">The recipe.</param>
    public Recipe Recipe(string name) => RecipeCatalogue.Load(name, [$"input.max_length={MaxLength}"]);

    /// <summary>Examples as Tailor reads them.</summary>
    /// <param name="examples">Their indices; all when null.</param>
    public TextSet ToTextSet(IEnumerable<int>? examples = null) =>
        new([.. (examples ?? Enumerable.Range(0, Sequences.Length)).Select(i => new TokenSequence(Sequences[i], Sequences[i].Length, ReadAt is { } places ? places[i] : 0))]);

    /// <summary>The real tokens of each step.</summary>
    public int[] TokensPerStep() => Batches.Select(batch => batch.Sum(i => Sequences[i].Length)).ToArray();

    /// <summary>The examples of a step.</summary>
    /// <param name="step">The step, from 0.</param>
    public (int[][] Sequences, int[] Labels) Batch(int step) => (Batches[step].Select(i => Sequences[i]).ToArray(), Batches[step].Select(i => Labels[i]).ToArray());

    /// <summary>Reads a workload that <see cref="Write"/> wrote.</summary>
    public static Workload Read(string path) =>
        JsonSerializer.Deserialize<Workload>(File.ReadAllText(path), BenchJson.Compact) ?? throw InputException.At(path, "null", "expected a workload");

    /// <summary>Writes the workload for the sides to read.</summary>
    public void Write(string path) => AtomicFile.WriteText(path, JsonSerializer.Serialize(this, BenchJson.Compact));
}
