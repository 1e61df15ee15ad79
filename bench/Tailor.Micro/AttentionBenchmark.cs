using BenchmarkDotNet.Attributes;
using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Micro;

/// <summary>Packed attention at MiniLM's width, 2048 tokens.</summary>
public class AttentionBenchmark
{
    private const int Tokens = 2048, Width = 384, Heads = 12;
    private Tensor _qkv = null!, _gradient = null!;
    private int[] _offsets = [];

    [Params(16, 128, 512)]
    public int Length { get; set; }

    [Params(0, 0.1)]
    public double Dropout { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _qkv = randn([Tokens, 3 * Width], requires_grad: true);
        _gradient = ones(Tokens, Width);
        _offsets = [.. Enumerable.Range(0, (Tokens / Length) + 1).Select(s => s * Length)];
    }

    [Benchmark]
    public void Forward()
    {
        using DisposeScope scope = NewDisposeScope();
        using var _ = no_grad();
        PackedAttention.SelfAttention(_qkv, _offsets, Heads, Dropout, 1);
    }

    [Benchmark]
    public void ForwardAndBackward()
    {
        using DisposeScope scope = NewDisposeScope();
        PackedAttention.SelfAttention(_qkv, _offsets, Heads, Dropout, 1).backward([_gradient]);
        _qkv.grad = null;
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _qkv.Dispose();
        _gradient.Dispose();
    }
}
