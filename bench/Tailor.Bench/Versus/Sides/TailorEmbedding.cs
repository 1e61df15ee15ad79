using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Bench;

/// <summary>Requests to Tailor's embedder. Tokenizing is timed with it; the other sides are given tokens.</summary>
/// <param name="workload">The requests.</param>
internal sealed class TailorEmbedding(Workload workload) : ISideStep
{
    private readonly TextEmbedder _embedder = TextEmbedder.Load(workload.Directory, Pooling.Mean, workload.MaxLength);
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
