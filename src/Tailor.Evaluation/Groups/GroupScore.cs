namespace Tailor.Evaluation;

/// <summary>The scores of a group of classes: unweighted means over those of its classes that stand in gold.</summary>
/// <param name="Name">The group's name.</param>
/// <param name="Classes">The classes averaged over: those of the group that stand in gold.</param>
/// <param name="Support">Their gold examples.</param>
/// <param name="F1">The mean F1, or null when there is no class to average over.</param>
/// <param name="Recall">The mean recall, or null when there is no class to average over.</param>
public sealed record GroupScore(string Name, int Classes, int Support, double? F1, double? Recall)
{
    /// <summary>Scores a group.</summary>
    /// <param name="group">The classes.</param>
    /// <param name="scores">The scores of all classes.</param>
    public static GroupScore Of(ClassGroup group, ClassificationScores scores)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(scores);
        ClassScore[] present = group.Classes.Select(c => scores.PerClass[c]).Where(score => score.Support > 0).ToArray();
        return present.Length == 0
            ? new GroupScore(group.Name, 0, 0, null, null)
            : new GroupScore(group.Name, present.Length, present.Sum(score => score.Support), present.Average(score => score.F1), present.Average(score => score.Recall));
    }
}
