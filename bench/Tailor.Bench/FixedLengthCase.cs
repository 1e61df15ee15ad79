using Tailor.Foundation;

namespace Tailor.Bench;

/// <summary>Batches of made-up sequences of one length, random weights: what published figures of training steps use. Nothing is padded on any side.</summary>
internal sealed class FixedLengthCase(string name, EncoderShape shape, int sequences, int length, int warmUp, int steps) : BenchCase
{
    private const int Classes = 52;
    private const int FirstWordId = 1000;

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override string Description => $"{sequences} x {length} tokens, {shape.Layers} layers of {shape.HiddenSize}, random weights, dropout 0.1";

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

        return new Workload
        {
            Name = name,
            Shape = shape,
            Dropout = 0.1,
            Classes = Classes,
            Sequences = examples,
            Labels = labels,
            Batches = Enumerable.Range(0, examples.Length).Chunk(sequences).ToArray(),
            WarmUp = warmUp,
            Threads = settings.Threads,
        };
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string>? PeerArguments(CaseSettings settings, Workload workload, string workloadFile, out string? lack)
    {
        lack = null;
        return [PyTorchPeer.OwnScript("peer_step.py"), workloadFile];
    }
}
