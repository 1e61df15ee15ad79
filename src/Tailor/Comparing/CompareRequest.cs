using Tailor.Foundation;

namespace Tailor;

/// <summary>What a comparison is asked to do. An override of <see cref="RunRequest.Overrides"/> that begins with a name and a colon, such as <c>cls-eta:calibration.eta=1</c>, changes that recipe alone.</summary>
public sealed record CompareRequest : RunRequest
{
    /// <summary>The recipes: names, paths of recipe files, or <c>NAME=RECIPE</c>, by which one recipe can stand in a comparison several times with different overrides.</summary>
    public required IReadOnlyList<string> Recipes { get; init; }

    /// <summary>The seeds to run each recipe with.</summary>
    public required IReadOnlyList<long> Seeds { get; init; }

    /// <summary>What the recipes are compared with beside each other.</summary>
    public IReadOnlyList<BaselineEntry> Baselines { get; init; } = [];

    /// <summary>The metric by which the best is chosen and the others are tested: one of <see cref="Evaluation.Metric.Names"/>.</summary>
    public string Metric { get; init; } = "macro_f1";

    /// <summary>The share of the runs that this call does; null does all.</summary>
    public Shard? Shard { get; init; }

    /// <summary>
    /// How many runs go on at once, at least 1, each on its part of libtorch's threads; null measures whether several are faster, and goes on with an earlier call's threads a run.
    /// The bits of a run depend on the number of its threads, not on what runs beside it.
    /// </summary>
    public int? Jobs { get; init; }

    /// <summary>The request of one run.</summary>
    internal TrainRequest ForRun(string recipe, string output, long seed) => new()
    {
        Data = Data,
        Model = Model,
        Recipe = recipe,
        Output = output,
        Seed = seed,
        Augmented = Augmented,
        DataOptions = DataOptions,
        ImageOptions = ImageOptions,
        MaxPixels = MaxPixels,
        SkipBadImages = SkipBadImages,
        Rho = Rho,
        Groups = Groups,
        Device = Device,
        Precision = Precision,
        CheckpointEvery = CheckpointEvery,
    };
}

/// <summary>One of several calls that share the runs of a comparison, on one machine or many.</summary>
/// <param name="Index">Which one, from 1.</param>
/// <param name="Count">How many there are.</param>
public readonly record struct Shard(int Index, int Count)
{
    /// <summary>Reads <c>i/n</c>.</summary>
    /// <param name="text">Such as <c>2/8</c>.</param>
    /// <exception cref="InputException">It is not of this form, or i is not from 1 to n.</exception>
    public static Shard Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split('/');
        return parts.Length == 2 && int.TryParse(parts[0], out int index) && int.TryParse(parts[1], out int count) && index >= 1 && index <= count
            ? new Shard(index, count)
            : throw new InputException($"--shard: '{text}' is not a share; write i/n with i from 1 to n, such as 1/4");
    }

    /// <summary>Whether the run of an entry and a seed, by their places in the request, belongs to this call. Neighbours in either direction go to different calls.</summary>
    internal bool Takes(int entry, int seed) => (entry + seed) % Count == Index - 1;
}
