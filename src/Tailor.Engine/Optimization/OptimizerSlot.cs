using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>What an optimizer keeps for one parameter, and how it is named in a checkpoint.</summary>
internal sealed class OptimizerSlot(Parameter parameter, ParameterGroup group, IReadOnlyList<string> momentNames) : IDisposable
{
    private const int PageSize = 4096;

    private Tensor? _step;
    private Tensor? _touched;

    public Parameter Parameter => parameter;

    public ParameterGroup Group => group;

    /// <summary>Moments in the order of their names.</summary>
    public IReadOnlyList<Tensor> Moments { get; private set; } = [];

    /// <summary>Updates of this parameter so far.</summary>
    public long Steps { get; set; }

    /// <summary>Makes the moments where there are none.</summary>
    public void EnsureMoments()
    {
        if (Moments.Count < momentNames.Count)
        {
            Moments = [.. momentNames.Select(_ => Zeros().DetachFromDisposeScope())];
        }
    }

    private Tensor Zeros()
    {
        if (parameter.Rows is null || !TensorMemory.IsPlain(parameter.Value))
        {
            return zeros_like(parameter.Value, requires_grad: false);
        }

        // A page fresh from the system is zero, and takes memory once it is written to: rows that no batch touches never do.
        Tensor moment = empty_like(parameter.Value, requires_grad: false);
        Span<byte> bytes = moment.bytes;
        for (int start = 0; start < bytes.Length; start += PageSize)
        {
            Span<byte> page = bytes.Slice(start, Math.Min(PageSize, bytes.Length - start));
            if (page.ContainsAnyExcept((byte)0))
            {
                page.Clear();
            }
        }

        return moment;
    }

    /// <summary>The state by name, in tensors of the slot; empty before the first update.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State()
    {
        if (Steps == 0)
        {
            yield break;
        }

        for (int i = 0; i < Moments.Count; i++)
        {
            yield return new($"{momentNames[i]}.{parameter.Name}", Moments[i]);
        }

        _step ??= zeros(1, ScalarType.Int64).DetachFromDisposeScope();
        _step.fill_(LastingScalar.Of(Steps));
        yield return new($"step.{parameter.Name}", _step);
        if (parameter.Rows is { } rows)
        {
            _touched ??= zeros(rows.RowCount, ScalarType.Byte).DetachFromDisposeScope();
            rows.EverTouched.CopyTo(_touched.bytes);
            yield return new($"touched.{parameter.Name}", _touched);
        }
    }

    public void Load(Func<string, Tensor?> read)
    {
        DisposeMoments();
        using var step = Read(read, "step", ScalarType.Int64, [1]);
        if (step is null)
        {
            Steps = 0;
            return;
        }

        Steps = step.item<long>();
        if (Steps < 1)
        {
            throw new InputException($"Optimizer state 'step.{parameter.Name}' is {Steps}; expected a positive number of updates; the checkpoint is damaged, use another one.");
        }

        EnsureMoments();
        for (int i = 0; i < Moments.Count; i++)
        {
            using var moment = Read(read, momentNames[i], parameter.Value.dtype, parameter.Value.shape)
                ?? throw new InputException($"Optimizer state has no '{momentNames[i]}.{parameter.Name}'; the checkpoint was written by another optimizer, resume with that one.");
            Moments[i].copy_(moment);
        }

        if (parameter.Rows is { } rows)
        {
            using var touched = Read(read, "touched", ScalarType.Byte, [rows.RowCount]);
            if (touched is null)
            {
                rows.MarkAllTouched();
            }
            else
            {
                rows.RestoreTouched(touched.bytes);
            }
        }
    }

    public void Dispose()
    {
        DisposeMoments();
        _step?.Dispose();
        _touched?.Dispose();
    }

    // The tensor stays the reader's; the result is a handle of our own.
    private Tensor? Read(Func<string, Tensor?> read, string kind, ScalarType type, long[] shape)
    {
        string name = $"{kind}.{parameter.Name}";
        var tensor = read(name);
        if (tensor is null)
        {
            return null;
        }

        if (tensor.dtype != type || !tensor.shape.SequenceEqual(shape))
        {
            throw new InputException($"Optimizer state '{name}' is {tensor.dtype} [{string.Join(", ", tensor.shape)}]; expected {type} [{string.Join(", ", shape)}]; the checkpoint belongs to another model.");
        }

        return tensor.detach();
    }

    private void DisposeMoments()
    {
        foreach (var moment in Moments)
        {
            moment.Dispose();
        }

        Moments = [];
    }
}
