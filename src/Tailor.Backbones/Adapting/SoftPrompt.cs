using static TorchSharp.torch;

namespace Tailor.Backbones;

/// <summary>
/// Trained rows set before the word embeddings of every text (Lester et al., EMNLP 2021), where they take the first positions, or behind the patches of every image
/// (VPT-shallow; Jia et al., ECCV 2022), where they have none.
/// </summary>
public abstract class SoftPrompt
{
    /// <summary>How many rows.</summary>
    public abstract int Count { get; }

    /// <summary>The rows, [count, hidden].</summary>
    public abstract Tensor Rows();
}
