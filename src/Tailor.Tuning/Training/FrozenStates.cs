using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>
/// What the layers that do not train give for every example of a set, computed once, without dropout: every later pass begins behind them. All are computed at one go in batches of like length, so that their bits do not depend on when
/// an example is first asked for.
/// </summary>
public sealed class FrozenStates : IDisposable
{
    private readonly RowStore _rows;
    private readonly long[] _offsets;

    private FrozenStates(RowStore rows, long[] offsets, int layers) => (_rows, _offsets, Layers) = (rows, offsets, layers);

    /// <summary>How many layers they have gone through; all of them: the states are those the head reads, one for each example.</summary>
    public int Layers { get; }

    /// <summary>Their size.</summary>
    public long Bytes => _rows.Bytes;

    /// <summary>Whether they lie in a file.</summary>
    public bool InFile => _rows.InFile;

    /// <summary>Computes the states of a set.</summary>
    /// <param name="model">The model as it stands.</param>
    /// <param name="examples">The examples, at least one.</param>
    /// <param name="layers">How many layers, from 1 on.</param>
    /// <param name="largestInMemory">Bytes above which they lie in a file.</param>
    /// <exception cref="IOException">The file cannot be made, or the disk is full.</exception>
    public static FrozenStates Compute(ClassifierModel model, ExampleSet examples, int layers, long largestInMemory = 1L << 30)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(examples);
        bool read = layers == model.Sites.Layers.Count;
        long[] offsets = new long[examples.Count + 1];
        for (int i = 0; i < examples.Count; i++)
        {
            offsets[i + 1] = offsets[i] + (read ? 1 : model.RowsBefore(layers, examples.Lengths[i]));
        }

        var rows = new RowStore(offsets[^1], model.HiddenSize, largestInMemory);
        try
        {
            model.ForEachBatch(examples, (indices, batch) =>
            {
                Tensor states = model.StatesBefore(layers, batch).cpu();
                long next = 0;
                foreach (int example in indices)
                {
                    long count = offsets[example + 1] - offsets[example];
                    rows.Write(offsets[example], states.narrow(0, next, count));
                    next += count;
                }
            });
            return new FrozenStates(rows, offsets, layers);
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    /// <summary>The states of some examples, one after the other.</summary>
    /// <param name="examples">Their indices.</param>
    /// <param name="device">Where to.</param>
    public Tensor Of(IReadOnlyList<int> examples, Device device)
    {
        ArgumentNullException.ThrowIfNull(examples);
        Tensor read = _rows.Read([.. examples.Select(i => (_offsets[i], (int)(_offsets[i + 1] - _offsets[i])))]);
        if (device.type == DeviceType.CPU)
        {
            return read;
        }

        using Tensor here = read;
        return here.to(device);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _rows.Dispose();
}
