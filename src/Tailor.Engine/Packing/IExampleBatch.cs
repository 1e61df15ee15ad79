namespace Tailor.Engine;

/// <summary>The examples of one forward pass, as a kind of backbone reads them: packed tokens, or pictures.</summary>
public interface IExampleBatch : IDisposable
{
    /// <summary>The number of examples.</summary>
    public int Count { get; }
}
