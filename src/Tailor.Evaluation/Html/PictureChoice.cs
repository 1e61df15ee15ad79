namespace Tailor.Evaluation;

/// <summary>Which pictures the report of a run shows: so few that the page stays small, and always the same ones.</summary>
public static class PictureChoice
{
    /// <summary>Training pictures shown of a class, at most.</summary>
    public const int PerClass = 6;

    /// <summary>Classes of each kind, at most: the most frequent, those of the middle, the rarest.</summary>
    internal const int ClassesOfKind = 4;

    /// <summary>The classes of which training pictures are shown: the most frequent, those of the middle and the rarest, or all when they are few; those without training pictures left out.</summary>
    /// <param name="classes">The classes, by class id.</param>
    /// <returns>Class ids, the most frequent in training first.</returns>
    public static IReadOnlyList<int> Classes(IReadOnlyList<ReportClass> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        int[] order = [.. ClassRows.Order(classes).Where(c => classes[c].TrainCount > 0)];
        return order.Length <= 3 * ClassesOfKind ? order : [.. order[..ClassesOfKind], .. order.AsSpan((order.Length - ClassesOfKind) / 2, ClassesOfKind), .. order[^ClassesOfKind..]];
    }

    /// <summary>Which of a class's training pictures are shown: at equal distances from the first on.</summary>
    /// <param name="count">How many it has.</param>
    /// <returns>Their places among the class's pictures, from 0.</returns>
    public static IReadOnlyList<int> OfClass(int count) => [.. Enumerable.Range(0, Math.Min(count, PerClass)).Select(i => (int)((long)i * count / Math.Min(count, PerClass)))];

    /// <summary>The predictions whose pictures are shown: the surest mistakes of all classes and of the tail.</summary>
    /// <param name="data">The run.</param>
    /// <returns>Indices into <see cref="RunReportData.Predictions"/>, each once, in order.</returns>
    public static IReadOnlyList<int> Predictions(RunReportData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return [.. SurestMistakes.Of(data).Concat(SurestMistakes.OfTail(data).Examples).Distinct().Order()];
    }
}
