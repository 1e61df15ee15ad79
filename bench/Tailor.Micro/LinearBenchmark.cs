using BenchmarkDotNet.Attributes;
using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Micro;

/// <summary>A linear layer at the shapes of a feed-forward layer; whose product it is, <c>TAILOR_MATRIX=own</c> or <c>libtorch</c> says.</summary>
public class LinearBenchmark
{
    private Tensor _x = null!, _weight = null!, _bias = null!, _gradient = null!;

    [Params(384, 768)]
    public int Width { get; set; }

    [Params(64, 1024)]
    public int Rows { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _x = randn([Rows, Width], requires_grad: true);
        _weight = randn([4 * Width, Width], requires_grad: true);
        _bias = randn([4 * Width], requires_grad: true);
        _gradient = ones(Rows, 4 * Width);
    }

    [Benchmark]
    public void ForwardAndBackward()
    {
        using DisposeScope scope = NewDisposeScope();
        Linear.Apply(_x, _weight, _bias).backward([_gradient]);
        (_x.grad, _weight.grad, _bias.grad) = (null, null, null);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _x.Dispose();
        _weight.Dispose();
        _bias.Dispose();
        _gradient.Dispose();
    }
}
