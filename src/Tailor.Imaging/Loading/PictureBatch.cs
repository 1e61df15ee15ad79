using System.Collections.Concurrent;

namespace Tailor.Imaging;

/// <summary>The inputs of some examples. Disposing it gives its memory back for a later batch.</summary>
public sealed class PictureBatch : IDisposable
{
    private readonly ConcurrentBag<float[]> _pool;
    private float[]? _buffer;

    internal PictureBatch(float[] buffer, ConcurrentBag<float[]> pool, int views, int height, int width, IReadOnlyList<int> examples, IReadOnlyList<BadPicture> skipped) =>
        (_buffer, _pool, Views, Height, Width, Examples, Skipped) = (buffer, pool, views, height, width, examples, skipped);

    /// <summary>The index of each example, in the order asked for; examples whose picture was skipped are not among them.</summary>
    public IReadOnlyList<int> Examples { get; }

    /// <summary>The pictures that were skipped, in order.</summary>
    public IReadOnlyList<BadPicture> Skipped { get; }

    /// <summary>Inputs an example.</summary>
    public int Views { get; }

    /// <summary>The rows of each input.</summary>
    public int Height { get; }

    /// <summary>The columns of each input.</summary>
    public int Width { get; }

    /// <summary>The number of inputs: examples times views.</summary>
    public int Count => Examples.Count * Views;

    /// <summary>[<see cref="Count"/>, 3, <see cref="Height"/>, <see cref="Width"/>] numbers, an example's views together.</summary>
    /// <exception cref="ObjectDisposedException">The batch was disposed.</exception>
    public Memory<float> Pixels
    {
        get
        {
            ObjectDisposedException.ThrowIf(_buffer is null, this);
            return _buffer.AsMemory(0, Count * Picture.Channels * Height * Width);
        }
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        if (_buffer is not null)
        {
            _pool.Add(_buffer);
            _buffer = null;
        }
    }
}
