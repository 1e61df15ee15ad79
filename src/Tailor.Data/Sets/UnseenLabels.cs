using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>Rows whose label the classifier has not been trained on: they can only be scored wrong, so they are refused or left out, never scored in silence.</summary>
public static class UnseenLabels
{
    private const int Shown = 10;

    /// <summary>Refuses or leaves out the rows whose label is not known.</summary>
    /// <param name="rows">Labelled rows.</param>
    /// <param name="isKnown">Whether training has seen a label.</param>
    /// <param name="policy">What to do with the rows.</param>
    /// <param name="source">The file or the split, for the message.</param>
    /// <param name="notes">Takes a sentence when rows are left out.</param>
    /// <returns>The rows that stay.</returns>
    /// <exception cref="InputException">There are such rows and the policy is <see cref="UnknownLabels.Error"/>; the first ten labels are listed with their counts.</exception>
    public static IReadOnlyList<TextExample> Resolve(IReadOnlyList<TextExample> rows, Predicate<string> isKnown, UnknownLabels policy, string source, ICollection<string> notes)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(isKnown);
        ArgumentNullException.ThrowIfNull(notes);
        return Resolve(rows, row => row.Label, isKnown, policy, source, notes);
    }

    /// <summary>The same for rows of any kind.</summary>
    internal static IReadOnlyList<T> Resolve<T>(IReadOnlyList<T> rows, Func<T, string?> labelOf, Predicate<string> isKnown, UnknownLabels policy, string source, ICollection<string> notes)
    {
        var unseen = new Dictionary<string, int>(StringComparer.Ordinal);
        var kept = new List<T>(rows.Count);
        foreach (T row in rows)
        {
            string? label = labelOf(row);
            if (label is null || isKnown(label))
            {
                kept.Add(row);
            }
            else
            {
                unseen[label] = unseen.GetValueOrDefault(label) + 1;
            }
        }

        if (unseen.Count == 0)
        {
            return rows;
        }

        int count = rows.Count - kept.Count;
        string list = string.Join(", ", unseen.OrderByDescending(u => u.Value).Take(Shown).Select(u => $"'{Excerpt.Of(u.Key)}' ({u.Value})"))
            + (unseen.Count > Shown ? $" and {unseen.Count - Shown} more" : "");
        if (policy == UnknownLabels.Error)
        {
            string rowsHave = count == 1 ? "1 row has a label" : $"{count:N0} rows have labels";
            throw InputException.At(source, $"{rowsHave} unseen in training: {list}", "add such rows to train, or leave them out with --unknown-labels drop");
        }

        notes.Add($"{source}: {count:N0} {(count == 1 ? "row was" : "rows were")} left out because training has not seen the label: {list}.");
        return kept;
    }
}
