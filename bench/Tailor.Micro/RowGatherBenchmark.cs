using BenchmarkDotNet.Attributes;
using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Micro;

/// <summary>2048 rows of a word embedding, with gradients by row.</summary>
public class RowGatherBenchmark
{
    private const int Vocabulary = 30_522, Tokens = 2048, Width = 384;
    private Parameter _table = null!;
    private Tensor _ids = null!, _gradient = null!;

    [GlobalSetup]
    public void Setup()
    {
        _table = new Parameter("words", randn(Vocabulary, Width), sparseRows: true);
        _ids = randint(0, Vocabulary, Tokens, dtype: ScalarType.Int64);
        _gradient = ones(Tokens, Width);
    }

    [Benchmark]
    public void ForwardAndBackward()
    {
        using DisposeScope scope = NewDisposeScope();
        RowGather.Apply(_table, _ids).backward([_gradient]);
        _table.Rows!.Clear();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _table.Dispose();
        _ids.Dispose();
        _gradient.Dispose();
    }
}
