using static TorchSharp.torch;

namespace Tailor.Backbones;

/// <summary>A small module beside or behind a block (attention or feed-forward) of a transformer layer.</summary>
public abstract class BlockAdapter
{
    /// <summary>The block's result, changed.</summary>
    /// <param name="input">What went into the block, [rows, hidden]; where a layer norm stands first in it (ViT), what went into that.</param>
    /// <param name="output">What came out of it, after its dropout and before the residual, [rows, hidden].</param>
    /// <returns>[rows, hidden].</returns>
    public abstract Tensor Forward(Tensor input, Tensor output);
}
