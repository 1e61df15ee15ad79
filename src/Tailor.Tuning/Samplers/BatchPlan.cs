using Tailor.Foundation;

namespace Tailor.Tuning;

/// <summary>The order in which one epoch visits the training examples, cut into batches; a pure function of (seed, stage, epoch).</summary>
public static class BatchPlan
{
    /// <summary>Makes an epoch's batches.</summary>
    /// <param name="kind">How the order is drawn.</param>
    /// <param name="lengths">Tokens of each training example.</param>
    /// <param name="batchSize">Examples a batch; the last may be smaller.</param>
    /// <param name="tokensPerBatch">When given, batches are cut by this many tokens instead; a single longer example makes its own batch.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="stage">The stage, from 0.</param>
    /// <param name="epoch">The epoch within the stage, from 0.</param>
    /// <returns>Indices of training examples, batch by batch.</returns>
    public static IReadOnlyList<int[]> Epoch(SamplerKind kind, IReadOnlyList<int> lengths, int batchSize, int? tokensPerBatch, long seed, int stage, long epoch)
    {
        ArgumentNullException.ThrowIfNull(lengths);
        int[] order = Enumerable.Range(0, lengths.Count).ToArray();
        if (kind == SamplerKind.Random)
        {
            RandomStream.For(seed, "batch order", stage, epoch).Shuffle<int>(order);
        }

        return tokensPerBatch is { } budget ? ByTokens(order, lengths, budget) : order.Chunk(batchSize).ToArray();
    }

    /// <summary>Cuts an order into batches of at most so many tokens; a single longer example makes its own batch.</summary>
    /// <param name="order">Example indices.</param>
    /// <param name="lengths">Tokens of each example.</param>
    /// <param name="budget">Tokens a batch, at least 1.</param>
    public static IReadOnlyList<int[]> ByTokens(int[] order, IReadOnlyList<int> lengths, int budget)
    {
        var batches = new List<int[]>();
        var batch = new List<int>();
        int tokens = 0;
        foreach (int example in order)
        {
            if (batch.Count > 0 && tokens + lengths[example] > budget)
            {
                batches.Add([.. batch]);
                batch.Clear();
                tokens = 0;
            }

            batch.Add(example);
            tokens += lengths[example];
        }

        if (batch.Count > 0)
        {
            batches.Add([.. batch]);
        }

        return batches;
    }
}
