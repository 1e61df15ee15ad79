using Tailor.Engine;
using static TorchSharp.torch;

namespace Tailor.Tuning;

/// <summary>Some pictures, decoded and normalised when they are first looked at: a pass that begins behind frozen layers never does.</summary>
/// <param name="count">The number of pictures.</param>
/// <param name="views">How many crops stand for each picture; their scores are averaged.</param>
/// <param name="load">Gives [count * views, channels, height, width], the crops of a picture together.</param>
public sealed class PixelBatch(int count, int views, Func<Tensor> load) : IExampleBatch
{
    private Tensor? _pixels;

    /// <inheritdoc/>
    public int Count => count;

    /// <summary>How many crops stand for each picture.</summary>
    public int Views => views;

    /// <summary>[count * views, channels, height, width].</summary>
    public Tensor Pixels => _pixels ??= load().DetachFromDisposeScope();

    /// <summary>Releases the pixels.</summary>
    public void Dispose() => _pixels?.Dispose();
}
