using Tailor.Engine;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>Tokenised texts.</summary>
/// <param name="sequences">The texts.</param>
public sealed class TextSet(IReadOnlyList<TokenSequence> sequences) : ExampleSet
{
    /// <summary>The texts.</summary>
    public IReadOnlyList<TokenSequence> Sequences => sequences;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Lengths { get; } = [.. sequences.Select(sequence => sequence.Ids.Length)];

    /// <inheritdoc/>
    public override IExampleBatch Batch(IReadOnlyList<int> examples, Device device)
    {
        ArgumentNullException.ThrowIfNull(examples);
        return PackedBatch.Of([.. examples.Select(i => sequences[i])], device);
    }
}
