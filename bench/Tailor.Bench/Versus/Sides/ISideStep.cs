namespace Tailor.Bench;

/// <summary>One side's steps of a workload.</summary>
internal interface ISideStep : IDisposable
{
    /// <summary>Makes what a step reads; not timed on any side.</summary>
    /// <param name="step">The step, from 0.</param>
    public void Prepare(int step);

    /// <summary>Runs the prepared step.</summary>
    /// <returns>The batch's mean loss; of inference the mean size of the answers' entries.</returns>
    public double Run();
}
