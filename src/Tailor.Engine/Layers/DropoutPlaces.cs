using Tailor.Foundation;
using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>
/// Hands out the dropout of one forward pass: every place in the network draws its mask from a key made of (run seed, step, place), so a resumed run sees the same masks.
/// </summary>
/// <param name="seed">The run's seed.</param>
/// <param name="step">The forward pass within the run, counted over all stages and micro-batches.</param>
/// <param name="training">False switches all dropout off.</param>
public sealed class DropoutPlaces(long seed, long step, bool training)
{
    private long _place;

    /// <summary>A pass without dropout, for evaluation and inference.</summary>
    public static DropoutPlaces Off => new(0, 0, training: false);

    /// <summary>Whether dropout is on.</summary>
    public bool Training => training;

    /// <summary>The dropout probability in force: the given one while training, else 0.</summary>
    /// <param name="probability">The probability in training, in [0, 1).</param>
    public double Rate(double probability) => training ? probability : 0;

    /// <summary>The key of the next place, for functions that drop inside themselves (attention).</summary>
    public ulong NextKey() => RandomStream.Key(seed, "dropout", step, _place++);

    /// <summary>Drops elements of <paramref name="x"/> at the next place.</summary>
    /// <param name="x">Any shape, contiguous.</param>
    /// <param name="probability">The share of elements set to zero while training, in [0, 1).</param>
    /// <returns>A tensor of the same shape; <paramref name="x"/> itself when nothing is dropped.</returns>
    public Tensor Apply(Tensor x, double probability) => training && probability > 0 ? CounterDropout.Apply(x, probability, NextKey()) : x;

    /// <summary>Adds <paramref name="x"/>, of which elements are dropped at the next place, to a residual.</summary>
    /// <param name="residual">Of the shape of <paramref name="x"/>.</param>
    /// <param name="x">Any shape, contiguous; may be disposed once this returns.</param>
    /// <param name="probability">The share of elements set to zero while training, in [0, 1).</param>
    /// <returns>A new tensor of the same shape.</returns>
    public Tensor AddTo(Tensor residual, Tensor x, double probability)
    {
        ArgumentNullException.ThrowIfNull(residual);
        return training && probability > 0 ? CounterDropout.AddTo(residual, x, probability, NextKey()) : residual.add(x, LastingScalar.One);
    }
}
