using BenchmarkDotNet.Attributes;
using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Tailor.Micro;

/// <summary>Dropout of states: ours, and libtorch's.</summary>
public class DropoutBenchmark
{
    private Tensor _x = null!;

    [GlobalSetup]
    public void Setup() => _x = randn(2048, 384);

    [Benchmark]
    public void Counter()
    {
        using DisposeScope scope = NewDisposeScope();
        CounterDropout.Apply(_x, 0.1, 1);
    }

    [Benchmark(Baseline = true)]
    public void Libtorch()
    {
        using DisposeScope scope = NewDisposeScope();
        F.dropout(_x, 0.1, true);
    }

    [GlobalCleanup]
    public void Cleanup() => _x.Dispose();
}
