namespace Tailor.Data;

/// <summary>How a data set of pictures is loaded and split.</summary>
public sealed record ImageDatasetOptions
{
    /// <summary>The column of a table that holds the paths; null guesses it from its name (<c>path</c>, <c>image</c>, <c>file</c>, ...).</summary>
    public string? PathColumn { get; init; }

    /// <summary>The column of a table that holds the class; null guesses it from its name.</summary>
    public string? LabelColumn { get; init; }

    /// <summary>The folder from which the paths of tables and lists start; null takes the folder that holds the table or the list.</summary>
    public string? ImageRoot { get; init; }

    /// <summary>Whether CIFAR-100's 20 coarse classes are taken, not its 100 fine ones.</summary>
    public bool CoarseLabels { get; init; }

    /// <summary>Decides which pictures go where when a set is split here.</summary>
    public long SplitSeed { get; init; } = 1234;

    /// <summary>The share of pictures that go to dev, in [0, 1), when there is no dev part.</summary>
    public double DevFraction { get; init; } = 0.1;

    /// <summary>The share of pictures that go to test, in [0, 1), when one set without parts is split.</summary>
    public double TestFraction { get; init; } = 0.2;

    /// <summary>What to do with labels unseen in training.</summary>
    public UnknownLabels UnknownLabels { get; init; } = UnknownLabels.Error;
}
