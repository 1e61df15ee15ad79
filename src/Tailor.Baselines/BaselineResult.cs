namespace Tailor.Baselines;

/// <summary>What a baseline says of dev and test.</summary>
public sealed record BaselineResult
{
    /// <summary>The baseline's name.</summary>
    public required string Name { get; init; }

    /// <summary>The class of each dev example, by the ids of the data set.</summary>
    public required int[] Dev { get; init; }

    /// <summary>The class of each test example.</summary>
    public required int[] Test { get; init; }

    /// <summary>Dev examples x all classes, row-major, each row summing to 1; null when the method has no probabilities.</summary>
    public float[]? DevProbabilities { get; init; }

    /// <summary>The same of test.</summary>
    public float[]? TestProbabilities { get; init; }

    /// <summary>Seconds for the features of all parts, the training and the answers. Features that methods share count in full for each.</summary>
    public required double Seconds { get; init; }

    /// <summary>Weights that were trained, intercepts among them.</summary>
    public required long Parameters { get; init; }

    /// <summary>What was decided or noticed, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
