using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>
/// Weights in bfloat16, each cast once and kept as long as it is promised that nobody writes to it. No write is noticed here but an optimizer's: the promise is the caller's, and is given by how long the object lives.
/// </summary>
/// <param name="trainable">Whether weights that train are promised too, not only those that stand still.</param>
public sealed class HalfWeights(bool trainable = true) : IDisposable
{
    private readonly Dictionary<Parameter, Tensor> _casts = [];
    private readonly Lock _gate = new();

    /// <summary>How many weights were cast.</summary>
    internal int Count => _casts.Count;

    /// <summary>Whether a weight's cast may be kept here.</summary>
    internal bool Takes(Parameter weight) => trainable || !weight.Trainable;

    /// <summary>A weight's cast, made when there is none yet.</summary>
    internal Tensor Of(Parameter weight)
    {
        lock (_gate)
        {
            if (!_casts.TryGetValue(weight, out Tensor? cast))
            {
                using var _ = no_grad();
                cast = weight.Value.to(ScalarType.BFloat16).DetachFromDisposeScope();
                _casts.Add(weight, cast);
            }

            return cast;
        }
    }

    /// <summary>Drops a weight's cast.</summary>
    internal void Forget(Parameter weight)
    {
        lock (_gate)
        {
            if (_casts.Remove(weight, out Tensor? cast))
            {
                cast.Dispose();
            }
        }
    }

    /// <summary>Releases the casts.</summary>
    public void Dispose()
    {
        foreach (Tensor cast in _casts.Values)
        {
            cast.Dispose();
        }

        _casts.Clear();
    }
}
