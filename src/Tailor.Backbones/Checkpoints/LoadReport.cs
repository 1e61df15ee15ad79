namespace Tailor.Backbones;

/// <summary>What a checkpoint gave: the tensors that were read, those the model needed and did not find, and those nobody asked for.</summary>
public sealed class LoadReport
{
    /// <summary>Checkpoint names that were read into parameters.</summary>
    public List<string> Read { get; } = [];

    /// <summary>Parameters that the checkpoint lacks and that start from fresh values.</summary>
    public List<string> Missing { get; } = [];

    /// <summary>Checkpoint names that no parameter used.</summary>
    public List<string> Unused { get; } = [];

    /// <summary>Further sentences for the log, of what was built on the checkpoint.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>One sentence per kind of finding, for the log; empty when everything fitted.</summary>
    public IEnumerable<string> Remarks()
    {
        if (Missing.Count > 0)
        {
            yield return $"not in the checkpoint, started fresh: {Listed(Missing)}";
        }

        if (Unused.Count > 0)
        {
            yield return $"in the checkpoint, not used: {Listed(Unused)}";
        }

        foreach (string note in Notes)
        {
            yield return note;
        }
    }

    private static string Listed(List<string> names) => names.Count <= 12 ? string.Join(", ", names) : string.Join(", ", names.Take(12)) + $" and {names.Count - 12} more";
}
