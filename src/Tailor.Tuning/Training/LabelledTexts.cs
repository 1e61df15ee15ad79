using Tailor.Engine;

namespace Tailor.Tuning;

/// <summary>Tokenised examples and their classes.</summary>
/// <param name="Sequences">The examples.</param>
/// <param name="ClassIds">The class of each.</param>
/// <param name="Values">The number of each, where numbers are predicted; then all are of one class.</param>
public sealed record LabelledTexts(IReadOnlyList<TokenSequence> Sequences, int[] ClassIds, float[]? Values = null)
{
    /// <summary>Examples per class.</summary>
    /// <param name="classes">The number of classes.</param>
    public int[] Counts(int classes)
    {
        int[] counts = new int[classes];
        foreach (int id in ClassIds)
        {
            counts[id]++;
        }

        return counts;
    }
}
