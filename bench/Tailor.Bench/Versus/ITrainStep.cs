namespace Tailor.Bench;

/// <summary>One side's training step: forward, loss, backward, clipping, update.</summary>
internal interface ITrainStep : IDisposable
{
    /// <summary>Makes the tensors of the next step's batch; not timed on any side.</summary>
    /// <param name="sequences">Token ids of each example.</param>
    /// <param name="labels">Their classes.</param>
    public void Prepare(int[][] sequences, int[] labels);

    /// <summary>Trains one step on the prepared batch.</summary>
    /// <returns>The batch's mean loss.</returns>
    public double Run();
}
