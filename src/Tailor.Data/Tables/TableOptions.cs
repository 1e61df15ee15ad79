namespace Tailor.Data;

/// <summary>How a table of texts is read.</summary>
public sealed record TableOptions
{
    /// <summary>The column that holds the text; null guesses it from its name.</summary>
    public string? TextColumn { get; init; }

    /// <summary>The column that holds the second text of a pair; null guesses it when the text column is the first of a pair (<c>text_a</c>, <c>sentence1</c>, <c>question</c>, <c>premise</c>).</summary>
    public string? PairColumn { get; init; }

    /// <summary>The column that holds the class; null guesses it from its name.</summary>
    public string? LabelColumn { get; init; }

    /// <summary>Whether every row must have a label. Without it a missing label column, or an empty label, gives examples whose label is null.</summary>
    public bool RequireLabels { get; init; } = true;

    /// <summary>Whether to read <see cref="TextExample.Origin"/> from the column <c>origin</c>, where there is one.</summary>
    public bool WithOrigins { get; init; }

    /// <summary>The longest field allowed, in UTF-16 characters. A row as a whole may hold sixteen times as much.</summary>
    public int MaxFieldLength { get; init; } = 1_000_000;

    /// <summary>The longest row allowed, in UTF-16 characters: what bounds the memory that a damaged file can ask for.</summary>
    internal long MaxRowLength => Math.Max(1_000_000L, 16L * MaxFieldLength);
}
