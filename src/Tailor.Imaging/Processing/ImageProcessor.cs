namespace Tailor.Imaging;

/// <summary>
/// Makes a model's input of a picture, as transformers' image processors do: resize, centre crop, scale to [0, 1], normalise each channel. The defaults are those of a vision transformer:
/// 224 x 224, bilinear, mean and deviation one half. <c>ImageProcessorFile</c> reads and writes <c>preprocessor_config.json</c>.
/// </summary>
public sealed record ImageProcessor : PictureTransform
{
    private const int Levels = 256;

    /// <summary>The size pictures are brought to; null leaves them as they are.</summary>
    public ResizeRule? Resize { get; init; } = ResizeRule.Exactly(224, 224);

    /// <summary>How they are resized.</summary>
    public ResampleFilter Filter { get; init; } = ResampleFilter.Bilinear;

    /// <summary>The size cut out of the middle after resizing; null cuts nothing. A smaller picture gets a black border.</summary>
    public (int Height, int Width)? Crop { get; init; }

    /// <summary>Where the middle is.</summary>
    public CropRounding CropRounding { get; init; }

    /// <summary>What bytes are multiplied by; null leaves them 0 to 255.</summary>
    public double? RescaleFactor { get; init; } = 1.0 / 255;

    /// <summary>What is subtracted from each channel after rescaling; null, as for <see cref="Std"/>, normalises nothing.</summary>
    public ChannelValues? Mean { get; init; } = ChannelValues.Half;

    /// <summary>What each channel is divided by then.</summary>
    public ChannelValues? Std { get; init; } = ChannelValues.Half;

    /// <summary>The class of transformers' processor that a file named or is to name; null chooses one that does the same.</summary>
    public string? ProcessorType { get; init; }

    /// <inheritdoc/>
    public override (int Height, int Width)? OutputSize => Crop ?? (Resize is { ShortestEdge: null } exact ? (exact.Height, exact.Width) : null);

    /// <summary>LPT's processor at test time: exactly 256 x 256, the middle 224 x 224, mean and deviation one half (Dong et al., ICLR 2023; torchvision's transforms).</summary>
    public static ImageProcessor Lpt { get; } = new() { Resize = ResizeRule.Exactly(256, 256), Crop = (224, 224), CropRounding = CropRounding.HalfEven };

    /// <summary>Resizes and crops.</summary>
    /// <param name="picture">A picture of any size.</param>
    public Picture Fit(Picture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        if (Resize is not null)
        {
            (int height, int width) = Resize.SizeFor(picture.Height, picture.Width);
            picture = Resampler.Resize(picture, height, width, Filter);
        }

        return Crop is { } crop ? CenterCrop(picture, crop.Height, crop.Width, CropRounding) : picture;
    }

    /// <summary>Rescales and normalises the bytes of a picture that has its size.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="output">[3, height, width] numbers.</param>
    /// <exception cref="ArgumentException">The output has another length.</exception>
    public void Normalize(Picture picture, Span<float> output)
    {
        ArgumentNullException.ThrowIfNull(picture);
        int plane = picture.Height * picture.Width;
        if (output.Length != plane * Picture.Channels)
        {
            throw new ArgumentException($"{output.Length} places for {plane * Picture.Channels} numbers.", nameof(output));
        }

        // A byte has 256 values, so the arithmetic is done once for each.
        Span<float> red = stackalloc float[Levels], green = stackalloc float[Levels], blue = stackalloc float[Levels];
        Fill(red, 0);
        Fill(green, 1);
        Fill(blue, 2);
        ReadOnlySpan<byte> pixels = picture.Pixels;
        Span<float> reds = output[..plane], greens = output.Slice(plane, plane), blues = output.Slice(2 * plane, plane);
        for (int i = 0; i < reds.Length && i < greens.Length && i < blues.Length; i++)
        {
            ReadOnlySpan<byte> pixel = pixels.Slice(i * Picture.Channels, Picture.Channels);
            reds[i] = red[pixel[0]];
            greens[i] = green[pixel[1]];
            blues[i] = blue[pixel[2]];
        }
    }

    /// <summary>Makes the input of one picture.</summary>
    /// <param name="picture">A picture of any size.</param>
    /// <returns>[3, height, width] numbers.</returns>
    public float[] Process(Picture picture)
    {
        Picture fitted = Fit(picture);
        float[] output = new float[fitted.Pixels.Length];
        Normalize(fitted, output);
        return output;
    }

    /// <inheritdoc/>
    public override void Apply(Picture picture, PictureDraw draw, Span<float> output) => Normalize(Fit(picture), output);

    /// <summary>Cuts out the middle; a smaller picture gets a black border.</summary>
    internal static Picture CenterCrop(Picture picture, int height, int width, CropRounding rounding) =>
        (picture.Height, picture.Width) == (height, width) ? picture : picture.Crop(new PixelArea(Start(picture.Height, height, rounding), Start(picture.Width, width, rounding), height, width));

    // For a border transformers has floor(-gap / 2), that is the wider half before the picture, and torchvision pads gap / 2, the narrower half.
    private static int Start(int size, int crop, CropRounding rounding) =>
        rounding == CropRounding.HalfEven && size >= crop ? (int)Math.Round((size - crop) / 2.0) : rounding == CropRounding.HalfEven ? -((crop - size) / 2) : (size - crop) >> 1;

    private void Fill(Span<float> values, int channel)
    {
        for (int level = 0; level < Levels; level++)
        {
            float value = RescaleFactor is { } factor ? (float)(level * factor) : level;
            values[level] = Mean is { } mean && Std is { } std ? (value - mean[channel]) / std[channel] : value;
        }
    }
}
