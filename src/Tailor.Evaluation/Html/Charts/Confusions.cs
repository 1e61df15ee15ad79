namespace Tailor.Evaluation;

/// <summary>The classes that are most often taken for another or for which another is taken, and what became of their examples.</summary>
internal sealed class Confusions
{
    /// <summary>Classes shown at most.</summary>
    private const int Most = 12;

    private readonly Dictionary<(int Gold, int Predicted), int> _counts;

    private Confusions(Dictionary<(int Gold, int Predicted), int> counts, int[] shown) => (_counts, Shown) = (counts, shown);

    /// <summary>The classes shown, most frequent in training first.</summary>
    public IReadOnlyList<int> Shown { get; }

    /// <summary>Every confusion of two classes, the most frequent first.</summary>
    public IEnumerable<(int Gold, int Predicted, int Count)> Pairs => _counts.Where(pair => pair.Key.Gold != pair.Key.Predicted)
        .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key).Select(pair => (pair.Key.Gold, pair.Key.Predicted, pair.Value));

    /// <summary>Counts what was predicted.</summary>
    /// <param name="predictions">The scored examples.</param>
    /// <param name="classes">The classes, by class id.</param>
    /// <returns>The confusions, or null when there is no error.</returns>
    public static Confusions? Of(IReadOnlyList<ScoredExample> predictions, IReadOnlyList<ReportClass> classes)
    {
        var counts = predictions.CountBy(example => (example.Gold, example.Predicted)).ToDictionary();
        int[] errors = new int[classes.Count];
        foreach (((int gold, int predicted), int count) in counts.Where(pair => pair.Key.Gold != pair.Key.Predicted))
        {
            errors[gold] += count;
            errors[predicted] += count;
        }

        HashSet<int> shown = [.. Enumerable.Range(0, classes.Count).Where(c => errors[c] > 0).OrderByDescending(c => errors[c]).ThenBy(c => c).Take(Most)];
        return shown.Count == 0 ? null : new Confusions(counts, [.. ClassRows.Order(classes).Where(shown.Contains)]);
    }

    /// <summary>The examples of one class that were predicted as another.</summary>
    public int Count(int gold, int predicted) => _counts.GetValueOrDefault((gold, predicted));

    /// <summary>The examples of a class.</summary>
    public int Examples(int gold) => _counts.Where(pair => pair.Key.Gold == gold).Sum(pair => pair.Value);

    /// <summary>The examples of a class that were predicted as one that is not shown.</summary>
    public int Elsewhere(int gold) => Examples(gold) - Shown.Sum(predicted => Count(gold, predicted));
}
