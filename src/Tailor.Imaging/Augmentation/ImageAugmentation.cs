using Tailor.Foundation;

namespace Tailor.Imaging;

/// <summary>
/// Training's transform for one epoch: crop, flip, RandAugment, colour jitter, then the processor's normalisation. What is drawn depends on the seed, the epoch, the example and how often the pass has used it
/// before, and on nothing else: not on the batch size, the order or the number of threads.
/// </summary>
public sealed record ImageAugmentation : PictureTransform
{
    private readonly ImageAugmentationOptions _options;
    private readonly ImageProcessor _processor;
    private readonly long _seed;
    private readonly long _pass;
    private readonly double _minimalistScale;

    /// <summary>Makes the transform of an epoch.</summary>
    /// <param name="options">What is done.</param>
    /// <param name="processor">The processor of test time: its size, filter and normalisation.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">The pass over the data, from 0.</param>
    /// <param name="epochs">The number of passes, at least 1.</param>
    /// <param name="pass">What is drawn depends on, in the place of the epoch, where an example may come more than once in an epoch; null for the epoch.</param>
    /// <exception cref="InputException">An option is out of range.</exception>
    /// <exception cref="ArgumentException">The processor's output has no one size.</exception>
    public ImageAugmentation(ImageAugmentationOptions options, ImageProcessor processor, long seed, int epoch, int epochs, long? pass = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(processor);
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1);
        options.Check("augmentation");
        OutputSize = processor.OutputSize ?? throw new ArgumentException("Training needs inputs of one size: give the processor a crop or an exact size.", nameof(processor));
        (_options, _processor, _seed, _pass) = (options, processor, seed, pass ?? epoch);
        _minimalistScale = RandomCrop.MinimalistScale(options.MinScale, epoch, epochs);
    }

    /// <inheritdoc/>
    public override (int Height, int Width)? OutputSize { get; }

    /// <inheritdoc/>
    public override void Apply(Picture picture, PictureDraw draw, Span<float> output) => _processor.Normalize(Augment(picture, draw), output);

    /// <summary>The picture that is normalised: cropped, resized and changed.</summary>
    /// <param name="picture">A picture of any size.</param>
    /// <param name="draw">Which example it is.</param>
    public Picture Augment(Picture picture, PictureDraw draw)
    {
        ArgumentNullException.ThrowIfNull(picture);
        RandomStream random = RandomStream.For(_seed, "augment", _pass, draw.Example, draw.Occurrence);
        Picture part = Crop(picture, ref random);
        if (random.NextDouble() < _options.Flip)
        {
            part = part.Flip();
        }

        if (_options.RandAugment is { } operations)
        {
            part = RandAugment.Apply(part, operations, ref random);
        }

        if (_options.ColorJitter is { } jitter)
        {
            part = ColorJitter.Apply(part, jitter, ref random);
        }

        return (part.Height, part.Width) == OutputSize ? part : _processor.Fit(part);
    }

    private Picture Crop(Picture picture, ref RandomStream random)
    {
        (int height, int width) = OutputSize!.Value;
        ImageAugmentationOptions o = _options;
        PixelArea area;
        switch (o.Crop)
        {
            case TrainingCrop.RandomResized:
                area = RandomCrop.Resized(picture.Height, picture.Width, o.MinScale, o.MaxScale, o.MinRatio, o.MaxRatio, ref random);
                break;
            case TrainingCrop.Minimalist:
                area = RandomCrop.Resized(picture.Height, picture.Width, Math.Min(_minimalistScale, o.MaxScale), o.MaxScale, 1, 1, ref random);
                break;
            case TrainingCrop.Padded:
                return picture.Crop(RandomCrop.Padded(picture.Height, picture.Width, o.Padding, ref random));
            default:
                return _processor.Fit(picture);
        }

        return Resampler.Resize(picture, area, height, width, o.Filter ?? _processor.Filter);
    }
}
