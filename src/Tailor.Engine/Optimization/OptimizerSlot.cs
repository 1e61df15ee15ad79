using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>What an optimizer keeps for one parameter, and how it is named in a checkpoint.</summary>
internal sealed class OptimizerSlot(Parameter parameter, ParameterGroup group, IReadOnlyList<string> momentNames) : IDisposable
{
    private Tensor? _step;
    private Tensor? _touched;

    public Parameter Parameter => parameter;

    public ParameterGroup Group => group;

    /// <summary>Moments in the order of their names; none before the first gradient.</summary>
    public IReadOnlyList<Tensor> Moments { get; private set; } = [];

    /// <summary>Updates of this parameter so far.</summary>
    public long Steps { get; set; }

    public void EnsureMoments()
    {
        if (Moments.Count < momentNames.Count)
        {
            Moments = [.. momentNames.Select(_ => zeros_like(parameter.Value, requires_grad: false).DetachFromDisposeScope())];
        }
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
