using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Backbones;

/// <summary>
/// Trained positions of the leading tokens and of a square grid of patches. For images of another size the grid is resampled bicubically, corners not aligned and without antialiasing,
/// as <c>transformers</c> does for ViT, DeiT, DINOv2 and CLIP (<c>interpolate_pos_encoding</c>).
/// </summary>
/// <param name="table">[1, leading + side * side, hidden] or [leading + side * side, hidden].</param>
/// <param name="leading">Tokens before the patches.</param>
/// <param name="side">Patches along a side of the grid.</param>
internal sealed class PositionGrid(Parameter table, int leading, int side)
{
    /// <summary>The positions of an image's tokens; those of the table itself when the grid is its own.</summary>
    /// <param name="rows">Patches below each other.</param>
    /// <param name="columns">Patches beside each other.</param>
    /// <returns>[leading + rows * columns, hidden].</returns>
    public Tensor For(int rows, int columns)
    {
        long hidden = table.Value.shape[^1];
        if (rows == side && columns == side)
        {
            return table.Value.view(-1, hidden);
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor all = table.Value.view(-1, hidden);
        Tensor grid = all.narrow(0, leading, (long)side * side).view(1, side, side, hidden).permute(0, 3, 1, 2);
        Tensor resampled = F.interpolate(grid, [rows, columns], mode: InterpolationMode.Bicubic, align_corners: false);
        return cat([all.narrow(0, 0, leading), resampled.permute(0, 2, 3, 1).reshape(-1, hidden)], 0).MoveToOuterDisposeScope();
    }
}
