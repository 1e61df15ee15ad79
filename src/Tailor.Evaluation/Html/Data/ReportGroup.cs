namespace Tailor.Evaluation;

/// <summary>A group of classes as reports show it.</summary>
/// <param name="Grouping">The division it belongs to, such as <c>many/medium/few</c>.</param>
/// <param name="Rule">The division's rule with its numbers, and whose labels decide.</param>
/// <param name="Classes">The ids of its classes; may be empty.</param>
/// <param name="Score">Its scores.</param>
public sealed record ReportGroup(string Grouping, string Rule, IReadOnlyList<int> Classes, GroupScore Score);
