using Tailor.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Bench;

/// <summary>Requests to Tailor's embedder. Tokenizing is timed with it; the other sides are given tokens.</summary>
/// <param name="workload">The requests.</param>
/// <param name="precision">In what numbers the encoder computes.</param>
internal sealed class TailorEmbedding(Workload workload, Precision precision) : ISideStep
{
    private readonly TextEmbedder _embedder = TextEmbedder.Load(workload.Directory, Pooling.Mean, workload.MaxLength, precision: precision);
    private (string Text, string? Pair)[] _request = [];

    /// <inheritdoc/>
    public void Prepare(int step) => _request = [.. workload.Batches[step].Select(i => (workload.Texts![i], (string?)null))];

    /// <inheritdoc/>
    public double Run()
    {
        using DisposeScope scope = NewDisposeScope();
        return _embedder.Embed(_request).abs().mean().item<float>();
    }

    /// <inheritdoc/>
    public void Dispose() => _embedder.Dispose();
}
