using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>
/// The precision of the linear layers that a thread applies, from <see cref="Enter"/> to the end of the scope; float32 outside of every scope. Backward passes need no scope: they compute as their forward pass did.
/// Within scopes weights are cast to bfloat16 once and not at each use. A forward pass keeps casts until it ends. Around several passes <see cref="KeepFrozen"/> and <see cref="Keep"/> promise more.
/// </summary>
public sealed class PrecisionScope : IDisposable
{
    [ThreadStatic]
    private static PrecisionScope? s_innermost;

    private readonly PrecisionScope? _outer;
    private readonly Precision _precision;
    private readonly HalfWeights _weights;
    private readonly bool _owns;

    private PrecisionScope(Precision precision, HalfWeights weights, bool owns)
    {
        (_outer, _precision, _weights, _owns) = (s_innermost, precision, weights, owns);
        s_innermost = this;
    }

    /// <summary>The precision in force on this thread.</summary>
    public static Precision Current => s_innermost?._precision ?? Precision.Fp32;

    /// <summary>Begins a forward pass, during which no weight is written.</summary>
    /// <param name="precision">Its precision.</param>
    public static PrecisionScope Enter(Precision precision) => new(precision, new HalfWeights(), owns: true);

    /// <summary>Begins a stretch in which no parameter is written that does not train; the precision stays.</summary>
    public static PrecisionScope KeepFrozen() => new(Current, new HalfWeights(trainable: false), owns: true);

    /// <summary>Begins a stretch in which no parameter is written at all, such as a loop over batches at inference; the precision stays.</summary>
    /// <param name="weights">Casts that outlive the stretch, because nothing is written after it either; null for its own.</param>
    public static PrecisionScope Keep(HalfWeights? weights = null) => new(Current, weights ?? new HalfWeights(), owns: weights is null);

    /// <summary>A parameter in bfloat16, from the outermost scope that may keep it. Valid until this thread's innermost scope ends.</summary>
    internal static Tensor Half(Parameter weight)
    {
        PrecisionScope? keeper = null;
        for (PrecisionScope? scope = s_innermost; scope is not null; scope = scope._outer)
        {
            keeper = scope._weights.Takes(weight) ? scope : keeper;
        }

        return (keeper ?? throw new InvalidOperationException("No scope of a precision has been entered."))._weights.Of(weight);
    }

    /// <summary>Drops the casts of parameters that were written after all. Optimizers call it, so that a scope around a whole step computes with the new weights too.</summary>
    internal static void Forget(IEnumerable<Parameter> written)
    {
        if (s_innermost is null)
        {
            return;
        }

        foreach (Parameter weight in written)
        {
            for (PrecisionScope? scope = s_innermost; scope is not null; scope = scope._outer)
            {
                scope._weights.Forget(weight);
            }
        }
    }

    /// <summary>Ends the scope, which must be the innermost.</summary>
    public void Dispose()
    {
        s_innermost = _outer;
        if (_owns)
        {
            _weights.Dispose();
        }
    }
}
