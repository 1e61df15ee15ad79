using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>Changes what a <see cref="Linear"/> computes without being part of it: low-rank updates, learned scales, weights drawn towards where they started.</summary>
public abstract class LinearAdapter
{
    /// <summary>Some of the layer's outputs, changed.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="x">[rows, inputs].</param>
    /// <param name="first">The first output; with <paramref name="count"/> it never cuts a part of a stacked weight (<see cref="Parameter.Parts"/>).</param>
    /// <param name="count">How many outputs.</param>
    /// <returns>[rows, count].</returns>
    public abstract Tensor Forward(Linear layer, Tensor x, long first, long count);

    /// <summary>The weight and bias of a plain layer that computes what this one does at inference.</summary>
    /// <param name="layer">The layer, which stays as it is.</param>
    /// <returns>[outputs, inputs] and [outputs]; the bias null when the layer has none.</returns>
    public abstract (Tensor Weight, Tensor? Bias) Merged(Linear layer);
}
