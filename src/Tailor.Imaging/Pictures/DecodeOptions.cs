namespace Tailor.Imaging;

/// <summary>How picture files are decoded, and what is refused.</summary>
public sealed record DecodeOptions
{
    /// <summary>
    /// The most pixels a picture may have, by its header, before memory is taken: 89,478,485, a quarter of a gibibyte of RGB, as Pillow's warning has it. Decoding takes seven bytes a pixel for a moment.
    /// </summary>
    public long MaxPixels { get; init; } = 89_478_485;

    /// <summary>The longest file, in bytes.</summary>
    public long MaxFileLength { get; init; } = 512L << 20;

    /// <summary>Whether a camera's note of how it was held (EXIF orientation) turns the picture upright. Pillow's <c>Image.open</c> leaves it as stored.</summary>
    public bool ApplyOrientation { get; init; } = true;

    /// <summary>The colour put behind transparent pixels; null drops the transparency and takes the colours as stored, as Pillow's <c>convert("RGB")</c> does.</summary>
    public PixelColor? Background { get; init; }
}
