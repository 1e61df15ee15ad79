namespace Tailor.Tuning;

/// <summary>An epoch's draws, cut into batches; a pure function of (sampler, epoch).</summary>
public static class BatchPlan
{
    /// <summary>Tokens of a batch where nothing trains: enough for the matrix products (500 to 8,000 measure alike), few enough for the memory.</summary>
    private const int EvaluationTokens = 4096;

    /// <summary>Makes an epoch's batches.</summary>
    /// <param name="sampler">Draws the examples.</param>
    /// <param name="place">The epoch.</param>
    /// <param name="lengths">Tokens of each training example.</param>
    /// <param name="batchSize">Examples a batch of each draw; the last may be smaller.</param>
    /// <param name="tokensPerBatch">When given, batches are cut by this many tokens instead; a single longer example makes its own batch. Not for a sampler with companions.</param>
    /// <returns>The batches in order.</returns>
    public static IReadOnlyList<TrainingBatch> Epoch(Sampler sampler, EpochPlace place, IReadOnlyList<int> lengths, int batchSize, int? tokensPerBatch)
    {
        ArgumentNullException.ThrowIfNull(sampler);
        ArgumentNullException.ThrowIfNull(lengths);
        int[] order = sampler.Draw(place);
        if (sampler.Companions(place) is var (companions, weight))
        {
            return order.Chunk(batchSize).Zip(companions.Chunk(batchSize), (drawn, joined) => new TrainingBatch([.. drawn, .. joined], joined.Length, weight)).ToArray();
        }

        return (tokensPerBatch is { } budget ? ByTokens(order, lengths, budget) : order.Chunk(batchSize)).Select(batch => new TrainingBatch(batch)).ToArray();
    }

    /// <summary>Batches of examples where nothing trains: each example once, those of like length together, which attention works off at one go.</summary>
    /// <param name="lengths">Tokens of each example.</param>
    /// <param name="only">The indices of the examples that are wanted; all when null.</param>
    public static IReadOnlyList<int[]> Evaluation(IReadOnlyList<int> lengths, IReadOnlyList<int>? only = null)
    {
        ArgumentNullException.ThrowIfNull(lengths);
        return ByTokens([.. (only ?? [.. Enumerable.Range(0, lengths.Count)]).OrderBy(i => lengths[i])], lengths, EvaluationTokens);
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
