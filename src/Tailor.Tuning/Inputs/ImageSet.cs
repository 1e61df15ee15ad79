using System.Runtime.InteropServices;
using Tailor.Engine;
using Tailor.Foundation;
using Tailor.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>Pictures, decoded on worker threads when a pass asks for them.</summary>
/// <param name="sources">Where they are.</param>
/// <param name="processor">What makes inputs of them; its output has one size.</param>
/// <param name="tokens">Rows that the backbone makes of a picture.</param>
public sealed class ImageSet(IReadOnlyList<ImageSource> sources, ImageProcessor processor, int tokens) : ExampleSet
{
    /// <summary>How training passes change pictures; null leaves them as they are scored.</summary>
    public ImageAugmentationOptions? Augmentation { get; init; }

    /// <summary>The crops of test-time ensembling, in the place of the processor's one; null for that.</summary>
    public FiveCrop? Crops { get; init; }

    /// <summary>What is refused. Pictures are decoded on as many threads as libtorch has where they are asked for: runs that share the set may have other numbers.</summary>
    public PictureBatchOptions Options { get; init; } = new();

    /// <inheritdoc/>
    public override IReadOnlyList<int> Lengths { get; } = [.. Enumerable.Repeat(tokens, sources.Count)];

    /// <inheritdoc/>
    public override bool Varies => Augmentation is not null;

    /// <inheritdoc/>
    public override IExampleBatch Batch(IReadOnlyList<int> examples, Device device) => Made(examples, (PictureTransform?)Crops ?? processor, device);

    /// <inheritdoc/>
    public override IExampleBatch Batch(TrainingBatch batch, Device device, long seed, long pass)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return Made(batch.Examples, Augmentation is null ? processor : new ImageAugmentation(Augmentation, processor, seed, batch.Epoch, batch.Epochs, pass), device);
    }

    private PixelBatch Made(IReadOnlyList<int> examples, PictureTransform transform, Device device) => new(examples.Count, transform.Views, () =>
    {
        using PictureBatch pictures = Read(examples, transform);
        Tensor pixels = empty([pictures.Count, Picture.Channels, pictures.Height, pictures.Width], device: CPU);
        pictures.Pixels.Span.CopyTo(MemoryMarshal.Cast<byte, float>(pixels.bytes));
        if (device.type == DeviceType.CPU)
        {
            return pixels;
        }

        using Tensor here = pixels;
        return here.to(device);
    });

    private PictureBatch Read(IReadOnlyList<int> examples, PictureTransform transform)
    {
        try
        {
            return PictureBatches.Read(sources, [examples], transform, Options with { Threads = Libtorch.Threads }).Single();
        }
        catch (InputException fault)
        {
            throw new InputException($"{fault.Message} (tailor inspect lists bad pictures, --skip-bad-images leaves them out)", fault);
        }
    }
}
