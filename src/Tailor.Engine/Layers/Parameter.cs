using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>How a slice of rows of a parameter is called in a checkpoint.</summary>
/// <param name="Name">The tensor's name in the checkpoint.</param>
/// <param name="FirstRow">First row (index along dimension 0) of the parameter that belongs to it.</param>
/// <param name="Rows">Number of rows that belong to it.</param>
public sealed record ParameterPart(string Name, long FirstRow, long Rows);

/// <summary>A named leaf of the computation graph: what an optimizer trains and a checkpoint stores.</summary>
public sealed class Parameter : IDisposable
{
    /// <summary>Wraps a tensor, trainable from the start.</summary>
    /// <param name="name">Name, unique in the model; optimizer state is stored under it.</param>
    /// <param name="value">Initial value of a floating type. Ownership passes to the parameter, outside every dispose scope.</param>
    /// <param name="parts">Checkpoint tensors stacked by rows in this one (query, key, value); null for one part of the parameter's own name.</param>
    /// <param name="sparseRows">Collect the gradient of looked-up rows in <see cref="Rows"/> instead of a dense tensor; for embedding tables, [rows, width].</param>
    /// <param name="takesMemory">True where libtorch itself allocated the value's memory and no other tensor shares it: it is taken over and not copied.</param>
    /// <exception cref="ArgumentException">The type is not floating, the parts do not tile the rows, or a sparse table is not a float32 matrix.</exception>
    public Parameter(string name, Tensor value, IReadOnlyList<ParameterPart>? parts = null, bool sparseRows = false, bool takesMemory = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        if (!value.is_floating_point())
        {
            throw new ArgumentException($"Parameter '{name}' has type {value.dtype}; only floating types can be trained.", nameof(value));
        }

        long rows = value.dim() == 0 ? 1 : value.shape[0];
        if (sparseRows && (value.dim() != 2 || value.dtype != ScalarType.Float32))
        {
            throw new ArgumentException($"Parameter '{name}' is {value.dtype} with {value.dim()} dimensions; sparse rows need a float32 matrix.", nameof(sparseRows));
        }

        Name = name;
        Parts = parts ?? [new ParameterPart(name, 0, rows)];
        long next = 0;
        foreach (var part in Parts)
        {
            next = part.FirstRow == next && part.Rows >= 0 ? next + part.Rows : -1;
        }

        if (next != rows)
        {
            throw new ArgumentException($"The parts of parameter '{name}' do not tile its {rows} rows in order.", nameof(parts));
        }

        using (no_grad())
        {
            // A copy in libtorch's own, aligned memory: a tensor made of an array may lie anywhere, and the last bits of a matrix product depend on where its operands lie.
            using Tensor plain = value.detach(), dense = plain.contiguous();
            Value = (takesMemory ? dense.alias() : dense.clone()).DetachFromDisposeScope();
        }

        value.Dispose();
        Value.requires_grad = true;
        Count = Value.numel();
        Rows = sparseRows ? new RowGradient(Value.shape[0], Value.shape[1]) : null;
    }

    /// <summary>Name, unique in the model.</summary>
    public string Name { get; }

    /// <summary>The leaf: contiguous, owned by the parameter; requires a gradient when <see cref="Trainable"/>.</summary>
    public Tensor Value { get; }

    /// <summary>Number of elements.</summary>
    public long Count { get; }

    /// <summary>How the rows map to checkpoint tensors: in order, without gaps.</summary>
    public IReadOnlyList<ParameterPart> Parts { get; }

    /// <summary>Gradient by touched row, for embedding tables; null for every other parameter.</summary>
    public RowGradient? Rows { get; }

    /// <summary>Whether gradients are computed and optimizers change the value.</summary>
    public bool Trainable
    {
        get => Value.requires_grad;
        set => Value.requires_grad = value;
    }

    /// <summary>Releases the value and its gradient.</summary>
    public void Dispose()
    {
        Value.grad?.Dispose();
        Value.Dispose();
    }
}
