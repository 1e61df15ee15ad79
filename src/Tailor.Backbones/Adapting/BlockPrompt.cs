using static TorchSharp.torch;

namespace Tailor.Backbones;

/// <summary>
/// Trained rows that stand behind each image's own in one transformer block and are dropped after it: VPT-deep (Jia et al., ECCV 2022), the shared and group prompts of
/// LPT (Dong et al., ICLR 2023). They have no position. Since nothing reads what becomes of them, the block computes their keys and values alone, which is exact.
/// </summary>
public abstract class BlockPrompt
{
    /// <summary>How many rows stand behind each image's own, at least 1.</summary>
    public abstract int Count { get; }

    /// <summary>The rows, before the block's first norm.</summary>
    /// <param name="images">How many images the block is given.</param>
    /// <returns>[count, hidden], the same for all images, or [images * count, hidden], each image's own together.</returns>
    public abstract Tensor Rows(int images);
}
