using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Tuning.Tests;

/// <summary>Pictures in memory, or crops of them.</summary>
/// <param name="pixels">The crops' values, a picture's crops together.</param>
/// <param name="size">Height and width.</param>
/// <param name="views">Crops of a picture.</param>
/// <param name="varies">Whether the set says that its pictures change, so that a task keeps nothing of them.</param>
internal sealed class PictureSet(float[] pixels, int size, int views = 1, bool varies = false) : ExampleSet
{
    private readonly int _values = 3 * size * size;

    /// <summary>How often pixels were looked at.</summary>
    public int Loads { get; private set; }

    public override IReadOnlyList<int> Lengths { get; } = [.. Enumerable.Repeat((size / TinyVision.Patch * (size / TinyVision.Patch)) + 1, pixels.Length / (3 * size * size * views))];

    public override bool Varies => varies;

    public PictureSet Varying() => new(pixels, size, views, varies: true);

    /// <summary>The same crops, each a picture of its own.</summary>
    public PictureSet Apart() => new(pixels, size);

    /// <summary>Some pictures' values, [pictures * views, 3, size, size].</summary>
    public Tensor Pixels(params IReadOnlyList<int> pictures) =>
        tensor(pictures.SelectMany(i => pixels.AsSpan(i * views * _values, views * _values).ToArray()).ToArray(), [pictures.Count * views, 3, size, size]);

    public override IExampleBatch Batch(IReadOnlyList<int> examples, Device device) => new PixelBatch(examples.Count, views, () =>
    {
        Loads++;
        return Pixels(examples);
    });
}
