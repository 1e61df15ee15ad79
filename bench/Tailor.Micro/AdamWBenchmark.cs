using BenchmarkDotNet.Attributes;
using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Micro;

/// <summary>The optimizer's sweep over 10 million numbers in 16 parameters, clipping included: ours in one pass, and the same rule in tensor operations.</summary>
public class AdamWBenchmark
{
    private const int Count = 16, Rows = 1600, Columns = 384;
    private readonly List<Parameter> _parameters = [];
    private Tensor _gradient = null!;
    private AdamW _optimizer = null!;

    [Params(true, false)]
    public bool Fused { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _gradient = full([Rows, Columns], 1e-3);
        _parameters.AddRange(Enumerable.Range(0, Count).Select(i => new Parameter($"weight {i}", randn(Rows, Columns)) { Trainable = true }));
        _optimizer = new AdamW([new ParameterGroup { Parameters = _parameters }], fused: Fused);
    }

    /// <summary>Setting the gradients is in the time; they share one tensor.</summary>
    [Benchmark]
    public void Step()
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (Parameter parameter in _parameters)
        {
            parameter.Value.grad = _gradient;
        }

        _optimizer.Step(5e-5, 1, 1);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _optimizer.Dispose();
        _parameters.ForEach(parameter => parameter.Dispose());
        _parameters.Clear();
        _gradient.Dispose();
    }
}
