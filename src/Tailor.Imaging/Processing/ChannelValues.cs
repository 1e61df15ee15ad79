namespace Tailor.Imaging;

/// <summary>A number for each channel.</summary>
/// <param name="Red">For red.</param>
/// <param name="Green">For green.</param>
/// <param name="Blue">For blue.</param>
public readonly record struct ChannelValues(float Red, float Green, float Blue)
{
    /// <summary>One half each: the mean and the deviation of the first vision transformers and of LPT.</summary>
    public static ChannelValues Half { get; } = new(0.5f, 0.5f, 0.5f);

    /// <summary>The mean of ImageNet's pixels, scaled to [0, 1].</summary>
    public static ChannelValues ImageNetMean { get; } = new(0.485f, 0.456f, 0.406f);

    /// <summary>The standard deviation of ImageNet's pixels, scaled to [0, 1].</summary>
    public static ChannelValues ImageNetStd { get; } = new(0.229f, 0.224f, 0.225f);

    /// <summary>The mean of CLIP's training pixels, scaled to [0, 1].</summary>
    public static ChannelValues ClipMean { get; } = new(0.48145466f, 0.4578275f, 0.40821073f);

    /// <summary>The standard deviation of CLIP's training pixels, scaled to [0, 1].</summary>
    public static ChannelValues ClipStd { get; } = new(0.26862954f, 0.26130258f, 0.27577711f);

    /// <summary>The value of channel 0, 1 or 2.</summary>
    internal float this[int channel] => channel switch { 0 => Red, 1 => Green, _ => Blue };
}
