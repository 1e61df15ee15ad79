namespace Tailor.Evaluation;

/// <summary>The wrong answers with the highest probability.</summary>
internal static class SurestMistakes
{
    private const int Most = 20;

    /// <summary>Those of all classes, as indices into the predictions, the surest first.</summary>
    public static IReadOnlyList<int> Of(RunReportData data) => Of(data, _ => true);

    /// <summary>Those whose right class is of the tail: the few-shot classes where they are some of the classes, else the rarer half.</summary>
    public static (string Tail, IReadOnlyList<int> Examples) OfTail(RunReportData data)
    {
        int[] few = [.. data.Groups.Where(group => group.Score.Name == "few").SelectMany(group => group.Classes)];
        bool divided = few.Length > 0 && few.Length < data.Classes.Count;
        HashSet<int> tail = [.. divided ? few : ClassRows.Order(data.Classes).TakeLast(data.Classes.Count / 2)];
        return (divided ? "the few-shot classes" : "the rarer half of the classes", Of(data, tail.Contains));
    }

    private static int[] Of(RunReportData data, Func<int, bool> isShown) =>
    [
        .. Enumerable.Range(0, data.Predictions.Count)
            .Where(i => data.Predictions[i] is { Probability: not null } example && example.Predicted != example.Gold && isShown(example.Gold))
            .OrderByDescending(i => data.Predictions[i].Probability).Take(Most),
    ];
}
