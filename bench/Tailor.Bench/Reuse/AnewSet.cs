using Tailor.Engine;
using Tailor.Tuning;
using static TorchSharp.torch;

namespace Tailor.Bench;

/// <summary>The same examples, of which nothing is kept: layers that stand still run in every pass.</summary>
/// <param name="examples">The examples.</param>
internal sealed class AnewSet(ExampleSet examples) : ExampleSet
{
    /// <inheritdoc/>
    public override IReadOnlyList<int> Lengths => examples.Lengths;

    /// <inheritdoc/>
    public override bool Varies => true;

    /// <inheritdoc/>
    public override IExampleBatch Batch(IReadOnlyList<int> indices, Device device) => examples.Batch(indices, device);
}
