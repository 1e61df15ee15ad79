namespace Tailor.Tuning;

/// <summary>Decisions from class probabilities.</summary>
public static class Classes
{
    /// <summary>The most probable class of each row; the first among equals.</summary>
    /// <param name="probabilities">[rows, classes], row-major.</param>
    /// <param name="classes">The number of classes.</param>
    /// <returns>[rows].</returns>
    public static int[] ArgMax(ReadOnlySpan<float> probabilities, int classes)
    {
        int[] best = new int[probabilities.Length / classes];
        for (int row = 0; row < best.Length; row++)
        {
            ReadOnlySpan<float> values = probabilities.Slice(row * classes, classes);
            for (int c = 1; c < classes; c++)
            {
                if (values[c] > values[best[row]])
                {
                    best[row] = c;
                }
            }
        }

        return best;
    }
}
