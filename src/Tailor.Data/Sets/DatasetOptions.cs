namespace Tailor.Data;

/// <summary>What to do with rows of dev or test whose label no row of train has.</summary>
public enum UnknownLabels
{
    /// <summary>Refuse the data and list the labels.</summary>
    Error,

    /// <summary>Leave the rows out and say how many.</summary>
    Drop,
}

/// <summary>How a data set is loaded and split.</summary>
public sealed record DatasetOptions
{
    /// <summary>The columns and the limits of each file.</summary>
    public TableOptions Table { get; init; } = new();

    /// <summary>Whether the labels are numbers to predict, not classes.</summary>
    public bool Numbers { get; init; }

    /// <summary>Decides which examples go where when a file is split here.</summary>
    public long SplitSeed { get; init; } = 1234;

    /// <summary>The share of examples that go to dev, in [0, 1), when there is no dev file.</summary>
    public double DevFraction { get; init; } = 0.1;

    /// <summary>The share of examples that go to test, in [0, 1), when one file is split.</summary>
    public double TestFraction { get; init; } = 0.2;

    /// <summary>What to do with labels unseen in training.</summary>
    public UnknownLabels UnknownLabels { get; init; } = UnknownLabels.Error;
}
