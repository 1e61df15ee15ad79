namespace Tailor.Evaluation;

/// <summary>The scores of a group of classes: unweighted means over those of its classes that stand in gold (macro), and shares of their examples (micro).</summary>
/// <param name="Name">The group's name.</param>
/// <param name="Classes">The classes averaged over: those of the group that stand in gold.</param>
/// <param name="Support">Their gold examples.</param>
/// <param name="F1">The mean F1, or null when there is no class to average over.</param>
/// <param name="Recall">The mean recall, or null when there is no class to average over.</param>
/// <param name="Accuracy">The share of its gold examples that are right, or null without any; the mean recall where all its classes have as many.</param>
/// <param name="Ece">The expected calibration error of its gold examples, or null without any or without probabilities.</param>
public sealed record GroupScore(string Name, int Classes, int Support, double? F1, double? Recall, double? Accuracy = null, double? Ece = null)
{
    /// <summary>Scores a group.</summary>
    /// <param name="group">The classes.</param>
    /// <param name="scores">The scores of all classes.</param>
    public static GroupScore Of(ClassGroup group, ClassificationScores scores)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(scores);
        int[] present = [.. group.Classes.Where(c => scores.PerClass[c].Support > 0)];
        if (present.Length == 0)
        {
            return new GroupScore(group.Name, 0, 0, null, null);
        }

        int support = present.Sum(c => scores.PerClass[c].Support), right = 0;
        foreach (int c in present)
        {
            right += scores.Confusion[(c * scores.Classes) + c];
        }

        return new GroupScore(group.Name, present.Length, support, present.Average(c => scores.PerClass[c].F1), present.Average(c => scores.PerClass[c].Recall), (double)right / support);
    }
}
