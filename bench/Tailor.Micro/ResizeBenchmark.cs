using BenchmarkDotNet.Attributes;
using Tailor.Imaging;

namespace Tailor.Micro;

/// <summary>A picture of 300 x 200 resized to 224 x 224 with the reference's filter, and normalised.</summary>
public class ResizeBenchmark
{
    private const int Height = 200, Width = 300, Side = 224;
    private readonly float[] _output = new float[3 * Side * Side];
    private Picture _picture = null!;
    private ImageProcessor _processor = null!;

    [Params(ResampleFilter.Bilinear, ResampleFilter.Bicubic)]
    public ResampleFilter Filter { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        byte[] pixels = new byte[3 * Height * Width];
        new Random(1).NextBytes(pixels);
        (_picture, _processor) = (new Picture(Height, Width, pixels), new ImageProcessor { Filter = Filter });
    }

    [Benchmark]
    public void ResizeAndNormalise() => _processor.Apply(_picture, default, _output);
}
