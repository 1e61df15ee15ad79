using Tailor.Engine;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>The examples of one part of a dataset, as a model reads them.</summary>
public abstract class ExampleSet
{
    /// <summary>Tokens of each example, special ones included; their number is the number of examples.</summary>
    public abstract IReadOnlyList<int> Lengths { get; }

    /// <summary>The number of examples.</summary>
    public int Count => Lengths.Count;

    /// <summary>Whether a training pass sees an example otherwise than the pass before did (random crops and the like).</summary>
    public virtual bool Varies => false;

    /// <summary>Some examples as they are scored.</summary>
    /// <param name="examples">Their indices, at least one.</param>
    /// <param name="device">Where the tensors go.</param>
    public abstract IExampleBatch Batch(IReadOnlyList<int> examples, Device device);

    /// <summary>The examples of a training pass.</summary>
    /// <param name="batch">Which, and where in the training it is.</param>
    /// <param name="device">Where the tensors go.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="pass">The forward pass within the run; with the seed it names every random draw.</param>
    public virtual IExampleBatch Batch(TrainingBatch batch, Device device, long seed, long pass)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return Batch(batch.Examples, device);
    }
}
