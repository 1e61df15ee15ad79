namespace Tailor.Imaging;

/// <summary>
/// Five inputs of a picture at test time, whose logits are averaged (LIFT, arXiv 2309.10019): the shorter edge is resized to a little more than the input, and the corners and the middle are cut out.
/// The surplus is no multiple of a patch (24 for patches of 16, 21 for patches of 14), so that the crops see other patch grids.
/// </summary>
/// <param name="Processor">The filter and the normalisation.</param>
/// <param name="Size">The inputs' height and width.</param>
/// <param name="Expand">The surplus in pixels, 0 or more.</param>
public sealed record FiveCrop(ImageProcessor Processor, int Size, int Expand) : PictureTransform
{
    /// <inheritdoc/>
    public override int Views => 5;

    /// <inheritdoc/>
    public override (int Height, int Width)? OutputSize => (Size, Size);

    /// <summary>The crops: the corners above left, above right, below left, below right, and the middle.</summary>
    /// <param name="picture">A picture of any size.</param>
    public IReadOnlyList<Picture> Crops(Picture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        (int height, int width) = ResizeRule.ToShortestEdge(Size + Expand).SizeFor(picture.Height, picture.Width);
        Picture resized = Resampler.Resize(picture, height, width, Processor.Filter);
        int bottom = height - Size, right = width - Size;
        return
        [
            resized.Crop(new PixelArea(0, 0, Size, Size)),
            resized.Crop(new PixelArea(0, right, Size, Size)),
            resized.Crop(new PixelArea(bottom, 0, Size, Size)),
            resized.Crop(new PixelArea(bottom, right, Size, Size)),
            ImageProcessor.CenterCrop(resized, Size, Size, CropRounding.HalfEven),
        ];
    }

    /// <inheritdoc/>
    public override void Apply(Picture picture, PictureDraw draw, Span<float> output)
    {
        int length = output.Length / Views;
        IReadOnlyList<Picture> crops = Crops(picture);
        for (int i = 0; i < crops.Count; i++)
        {
            Processor.Normalize(crops[i], output.Slice(i * length, length));
        }
    }
}
