using Tailor.Engine;

namespace Tailor.Backbones;

/// <summary>What an architecture makes an image encoder of.</summary>
/// <param name="Patches">The projection of the patches.</param>
/// <param name="Leading">The tokens before the patches, CLS first; each [..., hidden].</param>
/// <param name="Positions">The positions of leading tokens and patches.</param>
/// <param name="FirstNorm">A norm between embeddings and blocks, or null.</param>
/// <param name="Blocks">The blocks, from the input on.</param>
/// <param name="FinalNorm">The norm after the last block.</param>
/// <param name="Projection">CLIP's projection of the normalised CLS state to the shared space, or null.</param>
internal sealed record VisionParts(
    PatchEmbedding Patches, IReadOnlyList<Parameter> Leading, PositionGrid Positions, LayerNorm? FirstNorm, IReadOnlyList<PreNormBlock> Blocks, LayerNorm FinalNorm, Linear? Projection = null);
