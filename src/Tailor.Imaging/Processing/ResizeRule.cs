using Tailor.Foundation;

namespace Tailor.Imaging;

/// <summary>To what size pictures are brought: exactly a height and a width, or a shorter edge with the proportions kept.</summary>
public sealed record ResizeRule
{
    /// <summary>What a picture of extreme proportions may grow to; a strip of one pixel would otherwise take any memory.</summary>
    private const long MostPixels = 100_000_000;

    private ResizeRule(int? shortestEdge, int height, int width) => (ShortestEdge, Height, Width) = (shortestEdge, height, width);

    /// <summary>The length of the shorter edge in pixels, or null for an exact size.</summary>
    public int? ShortestEdge { get; }

    /// <summary>The exact number of rows; 0 beside a shortest edge.</summary>
    public int Height { get; }

    /// <summary>The exact number of columns; 0 beside a shortest edge.</summary>
    public int Width { get; }

    /// <summary>Exactly this size, whatever becomes of the proportions.</summary>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="width">Columns, at least 1.</param>
    public static ResizeRule Exactly(int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        return new ResizeRule(null, height, width);
    }

    /// <summary>The shorter edge gets this length and the longer one keeps its proportion, rounded down (transformers' and torchvision's rule).</summary>
    /// <param name="pixels">The length, at least 1.</param>
    public static ResizeRule ToShortestEdge(int pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pixels, 1);
        return new ResizeRule(pixels, 0, 0);
    }

    /// <summary>The size that a picture of a given size gets.</summary>
    /// <exception cref="InputException">The picture is so narrow that its longer edge would grow beyond bounds.</exception>
    internal (int Height, int Width) SizeFor(int height, int width)
    {
        if (ShortestEdge is not { } edge)
        {
            return (Height, Width);
        }

        long longest = (long)((double)((long)edge * Math.Max(height, width)) / Math.Min(height, width));
        if (longest * edge > MostPixels)
        {
            throw new InputException($"the picture's {width:N0} x {height:N0} pixels are too narrow to bring the shorter edge to {edge:N0}; leave it out or crop it");
        }

        return width <= height ? ((int)longest, edge) : (edge, (int)longest);
    }
}
