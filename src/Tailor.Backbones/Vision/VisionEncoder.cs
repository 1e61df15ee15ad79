using Tailor.Engine;
using Tailor.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Backbones;

/// <summary>
/// An encoder of images: ViT, DeiT, DINOv2 or CLIP's image tower, by its checkpoint's own parameter names. An image becomes rows: CLS first (in DeiT then the distillation token), its patches
/// row by row, and those of a soft prompt. All images of a call have one size, of which every side is a multiple of the patch size.
/// <para>
/// A pass can be cut between two blocks: <see cref="RowsAt"/> runs the first ones, <see cref="ForwardFrom"/> and <see cref="ReadFrom"/> the others, as often as asked. What stands in front of
/// block b is a function of pixels and of the parameters, prompts and adapters of blocks 0 to b - 1 alone, so rows kept of a frozen part are the rows it would give again.
/// </para>
/// </summary>
public sealed class VisionEncoder
{
    private readonly VisionParts _parts;

    /// <summary>Declares the encoder's parameters.</summary>
    /// <param name="config">Its settings.</param>
    /// <param name="build">Where the parameters come from.</param>
    public VisionEncoder(VisionConfig config, ParameterBuilder build)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(build);
        Config = config;
        _parts = config.Architecture switch
        {
            VisionArchitecture.Vit or VisionArchitecture.Deit => Vit.Declare(config, build),
            VisionArchitecture.Dinov2 => Dinov2.Declare(config, build),
            VisionArchitecture.ClipVision => ClipVision.Declare(config, build),
            _ => throw new ArgumentOutOfRangeException(nameof(config), config.Architecture, "Not an encoder of images."),
        };
        LayerNorm[] first = _parts.FirstNorm is null ? [] : [_parts.FirstNorm];
        Sites = new EncoderSites([.. _parts.Blocks.Select(block => block.Sites)], [.. first, .. _parts.Blocks.SelectMany(block => block.Sites.Norms), _parts.FinalNorm]);
    }

    /// <summary>The settings.</summary>
    public VisionConfig Config { get; }

    /// <summary>Where adapters take hold.</summary>
    public EncoderSites Sites { get; }

    /// <summary>How many rows stand before the patches: 2 in DeiT, else 1.</summary>
    public int LeadingTokens => _parts.Leading.Count;

    /// <summary>CLIP's projection of the feature (<see cref="ForwardRead"/>) to the space that it shares with texts, [projection, hidden] without bias; null where there is none.</summary>
    public Linear? Projection => _parts.Projection;

    /// <summary>The states of all rows after the last block and the final norm.</summary>
    /// <param name="pixels">[images, channels, height, width], float32, normalised as the checkpoint wants it.</param>
    /// <param name="dropout">The pass's dropout.</param>
    /// <param name="observe">Called with (0, [images, rows, hidden] before the first block), (1, after the first block), ..., all before the final norm; for inspection and tests.</param>
    /// <returns>[images, rows, hidden].</returns>
    /// <exception cref="InputException">The images have another number of channels, or a side is no multiple of the patch size.</exception>
    public Tensor Forward(Tensor pixels, DropoutPlaces dropout, Action<int, Tensor>? observe = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = Embed(pixels, dropout);
        observe?.Invoke(0, rows);
        return ForwardFrom(0, rows, dropout, observe).MoveToOuterDisposeScope();
    }

    /// <summary>The feature of each image: its CLS state after the final norm. In the last block only that row's query, projection and feed-forward are computed, which is exact.</summary>
    /// <param name="pixels">[images, channels, height, width].</param>
    /// <param name="dropout">The pass's dropout.</param>
    /// <returns>[images, hidden].</returns>
    /// <exception cref="InputException">The images have another number of channels, or a side is no multiple of the patch size.</exception>
    public Tensor ForwardRead(Tensor pixels, DropoutPlaces dropout)
    {
        using DisposeScope scope = NewDisposeScope();
        return ReadFrom(0, Embed(pixels, dropout), dropout).MoveToOuterDisposeScope();
    }

    /// <summary>The rows in front of a block.</summary>
    /// <param name="block">How many blocks are run, from 0 (embeddings alone) to all.</param>
    /// <param name="pixels">[images, channels, height, width].</param>
    /// <param name="dropout">The pass's dropout.</param>
    /// <returns>[images, rows, hidden].</returns>
    /// <exception cref="InputException">The images have another number of channels, or a side is no multiple of the patch size.</exception>
    public Tensor RowsAt(int block, Tensor pixels, DropoutPlaces dropout)
    {
        using DisposeScope scope = NewDisposeScope();
        return Run(Embed(pixels, dropout), 0, block, dropout).MoveToOuterDisposeScope();
    }

    /// <summary>The states of all rows after the last block and the final norm, from the rows in front of a block on.</summary>
    /// <param name="block">The first block that is run.</param>
    /// <param name="rows">[images, rows, hidden], as <see cref="RowsAt"/> gives them; they stay the caller's.</param>
    /// <param name="dropout">The pass's dropout.</param>
    /// <param name="observe">Called with (block + 1, [images, rows, hidden] after the block), ..., all before the final norm.</param>
    /// <returns>[images, rows, hidden].</returns>
    public Tensor ForwardFrom(int block, Tensor rows, DropoutPlaces dropout, Action<int, Tensor>? observe = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor states = Run(rows, block, _parts.Blocks.Count, dropout, observe);
        return _parts.FinalNorm.Forward(states.reshape(-1, Config.HiddenSize)).view(states.shape).MoveToOuterDisposeScope();
    }

    /// <summary>The feature of each image, from the rows in front of a block on; see <see cref="ForwardRead"/>.</summary>
    /// <param name="block">The first block that is run.</param>
    /// <param name="rows">[images, rows, hidden], as <see cref="RowsAt"/> gives them; they stay the caller's.</param>
    /// <param name="dropout">The pass's dropout.</param>
    /// <returns>[images, hidden].</returns>
    public Tensor ReadFrom(int block, Tensor rows, DropoutPlaces dropout)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(dropout);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(block, _parts.Blocks.Count);
        using DisposeScope scope = NewDisposeScope();
        int last = _parts.Blocks.Count - 1;
        Tensor read;
        if (block > last)
        {
            read = rows.select(1, 0);
        }
        else
        {
            Tensor before = Run(rows, block, last, dropout);
            Tensor cls = arange(LastingScalar.Of(before.shape[0]), ScalarType.Int64, before.device).mul(LastingScalar.Of(before.shape[1]));
            read = _parts.Blocks[last].Forward(before.reshape(-1, Config.HiddenSize), Offsets(before), dropout, cls);
        }

        return _parts.FinalNorm.Forward(read).MoveToOuterDisposeScope();
    }

    private static int[] Offsets(Tensor rows) => [.. Enumerable.Range(0, (int)rows.shape[0] + 1).Select(image => image * (int)rows.shape[1])];

    private Tensor Embed(Tensor pixels, DropoutPlaces dropout)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentNullException.ThrowIfNull(dropout);
        using DisposeScope scope = NewDisposeScope();
        (int down, int across) = _parts.Patches.Grid(pixels);
        Tensor Each(Tensor shared) => shared.reshape(1, -1, Config.HiddenSize).expand(pixels.shape[0], -1, -1);
        Tensor rows = cat([.. _parts.Leading.Select(token => Each(token.Value)), _parts.Patches.Forward(pixels)], 1).add(_parts.Positions.For(down, across), LastingScalar.One);
        rows = dropout.Apply(rows, Config.HiddenDropout);
        rows = _parts.FirstNorm is { } norm ? norm.Forward(rows.view(-1, Config.HiddenSize)).view(rows.shape) : rows;
        return (Sites.Prompt is { } prompt ? cat([rows, Each(prompt.Rows())], 1) : rows).MoveToOuterDisposeScope();
    }

    /// <summary>Blocks <paramref name="from"/> to <paramref name="to"/> - 1 on [images, rows, hidden]; the result lies in the caller's scope, what was between is released.</summary>
    private Tensor Run(Tensor rows, int from, int to, DropoutPlaces dropout, Action<int, Tensor>? observe = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(dropout);
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfLessThan(to, from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(to, _parts.Blocks.Count);
        int[] offsets = Offsets(rows);
        Tensor x = rows.reshape(-1, Config.HiddenSize);
        for (int i = from; i < to; i++)
        {
            using Tensor below = x;
            x = _parts.Blocks[i].Forward(x, offsets, dropout);
            observe?.Invoke(i + 1, x.view(rows.shape));
        }

        return x.view(rows.shape);
    }
}
