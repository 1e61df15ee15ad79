namespace Tailor.Data;

/// <summary>Splits rows of any kind class by class.</summary>
internal static class SplitRows
{
    private const int ShownClasses = 10;

    /// <summary>Gives each row its part.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="ids">The class of each.</param>
    /// <param name="labels">The classes.</param>
    /// <param name="seed">Decides which rows of a class go where.</param>
    /// <param name="devFraction">The share of dev.</param>
    /// <param name="testFraction">The share of test.</param>
    /// <param name="notes">Takes a sentence when a class has a single row.</param>
    /// <returns>The rows of train, dev and test, each in their old order.</returns>
    public static List<T>[] Of<T>(IReadOnlyList<T> rows, int[] ids, LabelSet labels, long seed, double devFraction, double testFraction, ICollection<string> notes)
    {
        SplitPart[] assigned = StratifiedSplit.Assign(ids, labels.Count, seed, devFraction, testFraction);
        List<T>[] parts = [[], [], []];
        for (int i = 0; i < assigned.Length; i++)
        {
            parts[(int)assigned[i]].Add(rows[i]);
        }

        string[] single = [.. ids.CountBy(id => id).Where(c => c.Value == 1).Select(c => $"'{Excerpt.Of(labels.Names[c.Key])}'")];
        if (single.Length > 0)
        {
            string list = string.Join(", ", single.Take(ShownClasses)) + (single.Length > ShownClasses ? ", ..." : "");
            notes.Add(single.Length == 1
                ? $"One class has a single example, which stays in train: {list}."
                : $"{single.Length:N0} classes have a single example, which stays in train: {list}.");
        }

        return parts;
    }
}
