using static TorchSharp.torch;

namespace Tailor.Engine;

/// <summary>Changes what a <see cref="LayerNorm"/> gives without being part of it: a learned scale and shift behind it (SSF, Lian et al., NeurIPS 2022).</summary>
public abstract class NormAdapter
{
    /// <summary>The norm's result, changed.</summary>
    /// <param name="normed">[rows, width].</param>
    /// <returns>[rows, width].</returns>
    public abstract Tensor Forward(Tensor normed);

    /// <summary>The weight and bias of a plain norm that computes what this one does at inference.</summary>
    /// <param name="layer">The norm, which stays as it is.</param>
    /// <returns>[width] and [width].</returns>
    public abstract (Tensor Weight, Tensor Bias) Merged(LayerNorm layer);
}
