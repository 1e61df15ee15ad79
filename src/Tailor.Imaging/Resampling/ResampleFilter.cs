namespace Tailor.Imaging;

/// <summary>How a picture is resized. The numbers are Pillow's, as <c>preprocessor_config.json</c> has them; its box (4) and hamming (5) are not here.</summary>
public enum ResampleFilter
{
    /// <summary>The nearest pixel, without smoothing.</summary>
    Nearest = 0,

    /// <summary>Lanczos's window of three lobes.</summary>
    Lanczos = 1,

    /// <summary>A triangle as wide as the reduction.</summary>
    Bilinear = 2,

    /// <summary>Keys's cubic with a = -0.5, as wide as the reduction.</summary>
    Bicubic = 3,
}
