namespace Tailor.Tuning;

/// <summary>The examples of each class that has any, class by class.</summary>
internal static class ClassMembers
{
    /// <summary>Gathers example indices by class; classes without examples are left out, so that none can be drawn.</summary>
    public static int[][] Of(IReadOnlyList<int> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        return Enumerable.Range(0, classes.Count).GroupBy(i => classes[i]).OrderBy(group => group.Key).Select(group => group.ToArray()).ToArray();
    }
}
