namespace Tailor.Imaging;

/// <summary>Random operations of one strength (Cubuk et al., CVPR Workshops 2020; torchvision's <c>RandAugment</c>).</summary>
public sealed record RandAugmentOptions
{
    /// <summary>Operations a picture.</summary>
    public int Operations { get; init; } = 2;

    /// <summary>Their strength, 0 to 30.</summary>
    public int Magnitude { get; init; } = 9;
}
