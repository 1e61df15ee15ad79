namespace Tailor.Imaging;

/// <summary>How batches of pictures are made.</summary>
public sealed record PictureBatchOptions
{
    /// <summary>What is refused and how colours are taken.</summary>
    public DecodeOptions Decode { get; init; } = new();

    /// <summary>Threads that decode; 0 takes one a processor. The result does not depend on it.</summary>
    public int Threads { get; init; }

    /// <summary>Batches made ahead of the one in use, at least 1.</summary>
    public int Prefetch { get; init; } = 2;

    /// <summary>Whether a bad picture is left out of its batch and listed there; otherwise it ends the reading.</summary>
    public bool SkipBad { get; init; }

    /// <summary>Batches at the start that are counted and not made: a run that goes on in the middle of a pass asks for the pass from its start.</summary>
    public int SkipBatches { get; init; }
}
