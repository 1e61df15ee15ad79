using System.Text.Json.Nodes;
using Tailor.Tuning;

namespace Tailor;

/// <summary>A row of a comparison: something that is run with every seed, or once when no seed changes it. Each run makes a folder with <c>run.json</c>, <c>predictions.jsonl</c> and <c>result.json</c>.</summary>
public abstract class ComparisonEntry
{
    private protected ComparisonEntry(string name, bool isBaseline, bool isDeterministic)
    {
        ArgumentNullException.ThrowIfNull(name);
        (Name, IsBaseline, IsDeterministic) = Recipe.IsName(name)
            ? (name, isBaseline, isDeterministic)
            : throw new ArgumentException($"'{name}' is no name: lower-case letters, digits and hyphens, at most 64", nameof(name));
    }

    /// <summary>Its name in the table, and its folder's below <c>runs/</c>.</summary>
    public string Name { get; }

    /// <summary>Whether it is there to be beaten.</summary>
    public bool IsBaseline { get; }

    /// <summary>Whether no seed changes it: it is run once, in the folder <c>seed-0</c>.</summary>
    public bool IsDeterministic { get; }

    /// <summary>The seed that the one run of a deterministic entry is filed under.</summary>
    internal static IReadOnlyList<long> OnlyRun { get; } = [0];

    /// <summary>The seeds of its runs, where a comparison has these.</summary>
    internal IReadOnlyList<long> SeedsOf(IReadOnlyList<long> seeds) => IsDeterministic ? OnlyRun : seeds;

    /// <summary>What its results depend on beside data, model, rho and seed: keys of <c>run.json</c>, and kept in <c>comparison.json</c>.</summary>
    internal abstract JsonObject Describe();

    /// <summary>What differs between this entry and the one that made a run, in words; null when nothing does.</summary>
    /// <param name="run">The content of <c>run.json</c>.</param>
    /// <param name="file">The file, for messages.</param>
    internal abstract string? Changed(JsonObject run, string file);

    /// <summary>Refuses what can be known to fail before anything is run.</summary>
    internal abstract void Check(CompareRequest request, RunData data);

    /// <summary>The first steps of a run, to measure; null for what has no steps.</summary>
    internal virtual FirstSteps? Steps(long seed, CompareRequest request, RunData data) => null;

    /// <summary>Starts or continues a run.</summary>
    internal abstract RunResult Run(RunFolder folder, long seed, CompareRequest request, RunData data, IProgress<TrainingEvent>? progress, CancellationToken stop);
}
