namespace Tailor.Tuning;

/// <summary>Examples and their classes.</summary>
/// <param name="Examples">The examples.</param>
/// <param name="ClassIds">The class of each.</param>
/// <param name="Values">The number of each, where numbers are predicted; then all are of one class.</param>
public sealed record LabelledExamples(ExampleSet Examples, int[] ClassIds, float[]? Values = null)
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
