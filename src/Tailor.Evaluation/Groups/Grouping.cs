namespace Tailor.Evaluation;

/// <summary>A named set of classes.</summary>
/// <param name="Name">Such as <c>tail</c>.</param>
/// <param name="Classes">The ids of its classes.</param>
public sealed record ClassGroup(string Name, IReadOnlyList<int> Classes);

/// <summary>A division of classes into groups that says where it comes from, so that scores of two papers' groups are not compared by mistake.</summary>
/// <param name="Name">The division, such as <c>head/tail</c>.</param>
/// <param name="Source">The labels whose counts decide, and who defined it.</param>
/// <param name="Thresholds">The rule with its numbers.</param>
/// <param name="Groups">The groups, from frequent to rare classes.</param>
public sealed record Grouping(string Name, string Source, string Thresholds, IReadOnlyList<ClassGroup> Groups);
