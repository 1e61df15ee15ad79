using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Backbones;

/// <summary>
/// The linear projection of an image's patches (Dosovitskiy et al., ICLR 2021, equation 1). Checkpoints keep it as the kernel of a convolution whose stride is its size;
/// over patches that do not overlap that is one matrix product.
/// </summary>
/// <param name="weight">[hidden, channels, patch, patch].</param>
/// <param name="bias">[hidden], or null.</param>
internal sealed class PatchEmbedding(Parameter weight, Parameter? bias)
{
    private readonly long _channels = weight.Value.shape[1], _size = weight.Value.shape[2];

    /// <summary>Declares the projection of an encoder.</summary>
    /// <param name="config">The encoder's settings.</param>
    /// <param name="build">Where the parameters come from.</param>
    /// <param name="path">The projection's path.</param>
    /// <param name="withBias">Whether it has a bias.</param>
    public static PatchEmbedding Declare(VisionConfig config, ParameterBuilder build, string path, bool withBias = true) => new(
        build.Get(path + ".weight", new Initial(config.InitializerRange), config.HiddenSize, config.Channels, config.PatchSize, config.PatchSize),
        withBias ? build.Get(path + ".bias", Initial.Zeros, config.HiddenSize) : null);

    /// <summary>How many patches lie below and beside each other.</summary>
    /// <param name="pixels">[images, channels, height, width].</param>
    /// <exception cref="InputException">The images have another number of channels, or a side is no multiple of the patch size.</exception>
    public (int Rows, int Columns) Grid(Tensor pixels)
    {
        if (pixels.dim() != 4 || pixels.shape[1] != _channels)
        {
            throw new InputException($"images: found a tensor of shape [{string.Join(", ", pixels.shape)}], expected [images, {_channels}, height, width]; convert the images to {_channels} channels");
        }

        long height = pixels.shape[2], width = pixels.shape[3];
        if (height % _size != 0 || width % _size != 0 || height == 0 || width == 0)
        {
            throw new InputException(
                $"images: found {height} x {width} pixels (height x width), and the model cuts them into patches of {_size} x {_size}; "
                + $"resize or crop them to multiples of {_size}, such as {Fitting(height)} x {Fitting(width)}");
        }

        return ((int)(height / _size), (int)(width / _size));
    }

    /// <summary>The patches' embeddings, row by row of the image.</summary>
    /// <param name="pixels">[images, channels, height, width].</param>
    /// <returns>[images, patches, hidden].</returns>
    public Tensor Forward(Tensor pixels)
    {
        using DisposeScope scope = NewDisposeScope();

        // Pixels are not rounded to bfloat16: this product is a small part of the whole.
        using PrecisionScope exact = PrecisionScope.Enter(Precision.Fp32);
        (int rows, int columns) = Grid(pixels);
        long hidden = weight.Value.shape[0];
        Tensor patches = pixels.reshape(-1, _channels, rows, _size, columns, _size).permute(0, 2, 4, 1, 3, 5).reshape(-1, _channels * _size * _size);
        return Linear.Apply(patches, weight.Value.view(hidden, -1), bias?.Value).view(-1, rows * columns, hidden).MoveToOuterDisposeScope();
    }

    private long Fitting(long side) => Math.Max(1, side / _size) * _size;
}
