namespace Tailor.Baselines;

/// <summary>Shifts and scales each feature so that it has mean 0 and standard deviation 1 over the training examples (scikit-learn's <c>StandardScaler</c>: n in the denominator; a constant feature is only shifted).</summary>
internal sealed class Standardization
{
    private readonly double[] _mean;
    private readonly double[] _scale;

    private Standardization(double[] mean, double[] scale) => (_mean, _scale) = (mean, scale);

    /// <summary>Measures features.</summary>
    /// <param name="rows">Examples x <paramref name="width"/>, row-major.</param>
    /// <param name="width">The number of features.</param>
    public static Standardization Of(ReadOnlySpan<float> rows, int width)
    {
        int count = rows.Length / width;
        double[] mean = new double[width], square = new double[width];
        for (int i = 0; i < rows.Length; i++)
        {
            mean[i % width] += rows[i] / (double)count;
        }

        for (int i = 0; i < rows.Length; i++)
        {
            double distance = rows[i] - mean[i % width];
            square[i % width] += distance * distance / count;
        }

        return new Standardization(mean, [.. square.Select(variance => variance > 0 ? 1 / Math.Sqrt(variance) : 1)]);
    }

    /// <summary>Shifts and scales features.</summary>
    /// <param name="rows">Examples x width, row-major.</param>
    public float[] Apply(ReadOnlySpan<float> rows)
    {
        float[] standard = new float[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            int j = i % _mean.Length;
            standard[i] = (float)((rows[i] - _mean[j]) * _scale[j]);
        }

        return standard;
    }
}
