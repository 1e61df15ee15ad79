using Tailor.Foundation;

namespace Tailor.Bench;

/// <summary>What the user chose for all cases.</summary>
/// <param name="Shared">The folder with data, models and the peer's scripts.</param>
/// <param name="Steps">Counted steps, or null for the case's own number.</param>
/// <param name="Threads">Threads of every side.</param>
internal sealed record CaseSettings(string Shared, int? Steps, int Threads);

/// <summary>A kind of training step to measure.</summary>
internal abstract class BenchCase
{
    /// <summary>Every case, in the order in which they run.</summary>
    public static IReadOnlyList<BenchCase> All { get; } =
    [
        new FixedLengthCase("bert-base", new EncoderShape(12, 768, 12, 3072), sequences: 8, length: 128, warmUp: 2, steps: 5),
        new FixedLengthCase("minilm", new EncoderShape(6, 384, 12, 1536), sequences: 16, length: 128, warmUp: 3, steps: 10),
        new TextSetCase("atis", "ATIS", maxLength: 64),
        new TextSetCase("r52", "R52", maxLength: 256),
    ];

    /// <summary>The name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>The case in words.</summary>
    public abstract string Description { get; }

    /// <summary>Makes the batches.</summary>
    /// <param name="settings">The user's choices.</param>
    /// <param name="lack">What is missing when the case cannot run here.</param>
    /// <returns>The workload, or null.</returns>
    public abstract Workload? Prepare(CaseSettings settings, out string? lack);

    /// <summary>The arguments of the PyTorch script that runs the case, the script first.</summary>
    /// <param name="settings">The user's choices.</param>
    /// <param name="workload">The batches.</param>
    /// <param name="workloadFile">The file they are in.</param>
    /// <param name="lack">What is missing when PyTorch cannot run the case here.</param>
    /// <returns>The arguments, or null.</returns>
    public abstract IReadOnlyList<string>? PeerArguments(CaseSettings settings, Workload workload, string workloadFile, out string? lack);

    /// <summary>The cases of these names; all when there is none.</summary>
    /// <param name="names">Names as the user gave them.</param>
    /// <exception cref="InputException">A name is no case.</exception>
    public static IReadOnlyList<BenchCase> Named(IReadOnlyList<string> names) => names.Count == 0 ? All : names.Select(Find).ToArray();

    private static BenchCase Find(string name) => All.FirstOrDefault(c => c.Name == name)
        ?? throw new InputException($"no case '{name}'{NearestName.Hint(name, All.Select(c => c.Name))}; the cases are {string.Join(", ", All.Select(c => c.Name))}");
}
