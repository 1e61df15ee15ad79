using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>One step's update of one parameter, its constants worked out: for a stretch of memory, and as tensor operations for other devices.</summary>
internal abstract unsafe class UpdateRule
{
    /// <summary>Updates <paramref name="count"/> neighbouring elements of value and state.</summary>
    public abstract void Apply(float* value, float* gradient, float* first, float* second, long count);

    /// <summary>Updates value and state in place; <paramref name="gradient"/> may be overwritten.</summary>
    public abstract void Apply(Tensor value, Tensor gradient, IReadOnlyList<Tensor> moments);
}
