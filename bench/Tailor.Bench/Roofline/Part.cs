using System.Diagnostics;
using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Bench;

/// <summary>A part of the training step that can be run alone.</summary>
/// <param name="Name">What it is.</param>
/// <param name="PerStep">How often a step runs it.</param>
/// <param name="Forward">Runs it forward.</param>
/// <param name="Leaves">The inputs that get a gradient.</param>
internal sealed record Part(string Name, int PerStep, Func<Tensor> Forward, IReadOnlyList<Tensor> Leaves)
{
    /// <summary>Multiplications and additions of one forward and backward pass; 0 for parts that are bound by memory.</summary>
    public double Operations { get; init; }

    /// <summary>Bytes that one forward and backward pass has to read and write; 0 for parts that are bound by arithmetic.</summary>
    public double Bytes { get; init; }

    /// <summary>Whether the roof of arithmetic is its own by right: linear layers and attention.</summary>
    public bool IsLinearOrAttention { get; init; }

    /// <summary>Embedding tables, whose gradient is collected beside autograd.</summary>
    public IReadOnlyList<Parameter> Tables { get; init; } = [];

    /// <summary>The same in libtorch's own operations, as <see cref="PlainModel"/> has it (padded); null where Tailor takes those itself.</summary>
    public Part? Plain { get; init; }

    /// <summary>The part's kernels where autograd is not part of it: its passes forward and backward; null for <see cref="Forward"/> and its gradient.</summary>
    public (Action Forward, Action Backward)? Alone { get; init; }

    /// <summary>Times the part.</summary>
    /// <param name="repeats">Timed runs, after two that are not.</param>
    /// <returns>The best forward and the best backward time of one run, in milliseconds.</returns>
    public (double Forward, double Backward) Time(int repeats)
    {
        const int WarmUp = 2;
        (double forward, double backward) = (double.PositiveInfinity, double.PositiveInfinity);
        for (int i = 0; i < WarmUp + repeats; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor? y = null, gradient = null;
            double forwardTime = Milliseconds(Alone?.Forward ?? (() => y = Forward()));
            gradient = y is null ? null : ones_like(y);
            double backwardTime = Milliseconds(Alone?.Backward ?? (() => y!.backward([gradient!])));
            foreach (Tensor leaf in Leaves)
            {
                leaf.grad = null;
            }

            foreach (Parameter table in Tables)
            {
                table.Rows?.Clear();
            }

            if (i >= WarmUp)
            {
                (forward, backward) = (Math.Min(forward, forwardTime), Math.Min(backward, backwardTime));
            }
        }

        return (forward, backward);
    }

    private static double Milliseconds(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
