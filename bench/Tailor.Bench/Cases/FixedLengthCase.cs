using Tailor.Backbones;
using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Bench;

/// <summary>Batches of made-up sequences of one length, random weights: what published figures of training steps use. Nothing is padded on any side.</summary>
/// <param name="name">The name on the command line.</param>
/// <param name="shape">The encoder's sizes.</param>
/// <param name="sequences">Sequences of a step.</param>
/// <param name="length">Tokens of each.</param>
/// <param name="warmUp">Steps that are not counted.</param>
/// <param name="steps">Counted steps.</param>
internal sealed class FixedLengthCase(string name, EncoderShape shape, int sequences, int length, int warmUp, int steps) : BenchCase
{
    private const int FirstWordId = 1000;

    /// <summary>The dropout probability.</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>The number of classes.</summary>
    public int Classes { get; init; } = 52;

    /// <summary>Training steps, or inference.</summary>
    public WorkloadKind Of { get; init; }

    /// <inheritdoc/>
    public override WorkloadKind Kind => Of;

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override string Description => $"{sequences} x {length} tokens, {shape.Layers} layers of {shape.HiddenSize}, random weights, {(Of.Trains() ? $"dropout {Dropout}" : "inference")}";

    /// <inheritdoc/>
    public override Workload? Prepare(CaseSettings settings, out string? lack)
    {
        lack = null;
        int count = warmUp + (settings.Steps ?? steps);
        var random = RandomStream.For(1, "bench tokens");
        int[][] examples = new int[count * sequences][];
        int[] labels = new int[examples.Length];
        for (int i = 0; i < examples.Length; i++)
        {
            examples[i] = new int[length];
            for (int t = 0; t < length; t++)
            {
                examples[i][t] = FirstWordId + random.NextInt(shape.VocabularySize - FirstWordId);
            }

            labels[i] = random.NextInt(Classes);
        }

        var workload = new Workload
        {
            Name = name,
            Kind = Of,
            Shape = shape,
            Dropout = Dropout,
            Classes = Classes,
            MaxLength = length,
            Sequences = examples,
            Labels = labels,
            Batches = Enumerable.Range(0, examples.Length).Chunk(sequences).ToArray(),
            WarmUp = warmUp,
            Threads = settings.Threads,
        };
        return Of.Trains() ? workload : workload with { ModelDirectory = WriteModel(workload, Path.Combine(settings.Scratch, name)) };
    }

    /// <summary>A model of random weights as a directory, which is what Tailor's classifier reads.</summary>
    private static string WriteModel(Workload workload, string directory)
    {
        Libtorch.Load();
        string[] words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Enumerable.Range(5, workload.Shape.VocabularySize - 5).Select(i => $"word{i}")];
        WordPieceTokenizer tokenizer = WordPieceTokenizer.FromVocabulary(words, new BertNormalizerOptions());
        using TextBackbone backbone = TextBackbone.Create(workload.ToConfig(), tokenizer, workload.Seed);
        using DisposeScope scope = NewDisposeScope();
        using var _ = no_grad();
        ModelDirectory.Save(directory, backbone.Config.ToJson("BertForMaskedLM"), tokenizer, ModelDirectory.Weights(backbone.Parameters));
        return directory;
    }
}
