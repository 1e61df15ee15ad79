namespace Tailor.Imaging;

/// <summary>Random changes of colour, in random order (torchvision's <c>ColorJitter</c>).</summary>
public sealed record ColorJitterOptions
{
    /// <summary>Brightness is multiplied by a number of [max(0, 1 - b), 1 + b].</summary>
    public double Brightness { get; init; }

    /// <summary>Contrast likewise.</summary>
    public double Contrast { get; init; }

    /// <summary>Saturation likewise.</summary>
    public double Saturation { get; init; }

    /// <summary>Hue is turned by a share of the circle in [-h, h]; at most one half.</summary>
    public double Hue { get; init; }
}
