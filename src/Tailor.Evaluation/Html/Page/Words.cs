namespace Tailor.Evaluation;

/// <summary>Numbers and lists as sentences have them.</summary>
internal static class Words
{
    /// <summary>A count with its noun.</summary>
    public static string Count(long count, string noun, string? plural = null) => $"{count:N0} {(count == 1 ? noun : plural ?? noun + "s")}";

    /// <summary>A metric's name for reading: <c>macro_f1</c> is macro-F1.</summary>
    public static string Metric(string name) => name switch
    {
        "mcc" => "MCC",
        "ece" => "ECE",
        "classwise_ece" => "class-wise ECE",
        _ => name.Replace("_f1", "-F1", StringComparison.Ordinal).Replace('_', ' '),
    };

    /// <summary>The first of some names, and how many more there are.</summary>
    public static string List(IReadOnlyList<string> names, int most) =>
        string.Join(", ", names.Take(most)) + (names.Count > most ? $" and {names.Count - most:N0} more" : "");
}
