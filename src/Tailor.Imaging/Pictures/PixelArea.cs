namespace Tailor.Imaging;

/// <summary>A rectangle of pixels.</summary>
/// <param name="Top">The first row; negative above the picture.</param>
/// <param name="Left">The first column; negative left of the picture.</param>
/// <param name="Height">Rows, at least 1.</param>
/// <param name="Width">Columns, at least 1.</param>
public readonly record struct PixelArea(int Top, int Left, int Height, int Width)
{
    /// <summary>The whole of a picture.</summary>
    internal static PixelArea Of(Picture picture) => new(0, 0, picture.Height, picture.Width);
}
