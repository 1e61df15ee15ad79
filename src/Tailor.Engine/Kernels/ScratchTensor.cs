using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>
/// A thread's own tensor of float32 or bfloat16 for results that a function needs while it runs and not after: reused from call to call. Taken from the allocator and given back each time, blocks of this size
/// would leave gaps among those that wait for the backward pass.
/// </summary>
internal sealed class ScratchTensor
{
    private Tensor? _whole;

    /// <summary>Memory of undefined content, until the next call on this object.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="type">The type of its elements.</param>
    /// <returns>[rows, columns], contiguous; the caller's to dispose, which leaves the memory.</returns>
    public Tensor Rows(long rows, long columns, ScalarType type)
    {
        long count = rows * columns;
        if (_whole is null || _whole.dtype != type || _whole.numel() < count)
        {
            _whole?.Dispose();
            _whole = empty(count, type, CPU, requires_grad: false).DetachFromDisposeScope();
        }

        using Tensor part = _whole.narrow(0, 0, count);
        return part.view(rows, columns);
    }
}
