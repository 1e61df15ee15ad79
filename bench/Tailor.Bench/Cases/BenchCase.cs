using Tailor.Foundation;

namespace Tailor.Bench;

/// <summary>What the user chose for all cases.</summary>
/// <param name="Shared">The folder with data and models.</param>
/// <param name="Steps">Counted steps, or null for the case's own number.</param>
/// <param name="Threads">Threads of every side.</param>
internal sealed record CaseSettings(string Shared, int? Steps, int Threads)
{
    /// <summary>A folder for models that a case makes up; the command that runs the cases deletes it.</summary>
    public string Scratch { get; init; } = "";
}

/// <summary>Steps to measure.</summary>
internal abstract class BenchCase
{
    /// <summary>The sizes of MiniLM-L6-H384.</summary>
    public static EncoderShape MiniLmShape { get; } = new(6, 384, 12, 1536);

    /// <summary>Every case, in the order in which they run.</summary>
    public static IReadOnlyList<BenchCase> All { get; } =
    [
        BertBase("bert-base"),
        MiniLm("minilm"),
        BertBase("bert-base-no-dropout", dropout: 0),
        MiniLm("minilm-no-dropout", dropout: 0),
        new TextSetCase("atis", "atis", maxLength: 64),
        new TextSetCase("r52", "r52", maxLength: 256),
        new TextSetCase("sst2", "sst2", maxLength: 64),
        new TextSetCase("prompt", "atis", maxLength: 64, WorkloadKind.Prompt),
        new TextSetCase("mlm", "r52", maxLength: 128, WorkloadKind.MaskedLanguage),
        BertBase("bert-base-inference", kind: WorkloadKind.Inference),
        MiniLm("minilm-inference", kind: WorkloadKind.Inference),
        new TextSetCase("atis-inference", "atis", maxLength: 64, WorkloadKind.Inference),
        new TextSetCase("r52-inference", "r52", maxLength: 256, WorkloadKind.Inference),
        new TextSetCase("sst2-inference", "sst2", maxLength: 64, WorkloadKind.Inference),
        new TextSetCase("embedding", "sst2", maxLength: 64, WorkloadKind.Embedding),
    ];

    /// <summary>The name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>The case in words.</summary>
    public abstract string Description { get; }

    /// <summary>What a step does.</summary>
    public abstract WorkloadKind Kind { get; }

    /// <summary>Makes the batches.</summary>
    /// <param name="settings">The user's choices.</param>
    /// <param name="lack">What is missing when the case cannot run here.</param>
    /// <returns>The workload, or null.</returns>
    public abstract Workload? Prepare(CaseSettings settings, out string? lack);

    /// <summary>The cases of these names; all when there is none.</summary>
    /// <param name="names">Names as the user gave them.</param>
    /// <param name="all">The cases to choose from.</param>
    /// <exception cref="InputException">A name is no case.</exception>
    public static IReadOnlyList<BenchCase> Named(IReadOnlyList<string> names, IReadOnlyList<BenchCase> all) => names.Count == 0 ? all : [.. names.Select(name => Find(name, all))];

    private static FixedLengthCase BertBase(string name, double dropout = 0.1, WorkloadKind kind = WorkloadKind.Train) =>
        new(name, new EncoderShape(12, 768, 12, 3072), sequences: 8, length: 128, warmUp: 2, steps: 5) { Dropout = dropout, Of = kind };

    private static FixedLengthCase MiniLm(string name, double dropout = 0.1, WorkloadKind kind = WorkloadKind.Train) =>
        new(name, MiniLmShape, sequences: 16, length: 128, warmUp: 3, steps: 10) { Dropout = dropout, Of = kind };

    private static BenchCase Find(string name, IReadOnlyList<BenchCase> all) => all.FirstOrDefault(c => c.Name == name)
        ?? throw new InputException($"no case '{name}'{NearestName.Hint(name, all.Select(c => c.Name))}; the cases are {string.Join(", ", all.Select(c => c.Name))}");
}
