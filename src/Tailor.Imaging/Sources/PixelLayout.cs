namespace Tailor.Imaging;

/// <summary>How the bytes of a picture in a block follow one another.</summary>
public enum PixelLayout
{
    /// <summary>One grey byte a pixel.</summary>
    Gray,

    /// <summary>Red, green and blue of each pixel together (IDX of four dimensions).</summary>
    Interleaved,

    /// <summary>All reds, then all greens, then all blues (CIFAR).</summary>
    Planar,
}
