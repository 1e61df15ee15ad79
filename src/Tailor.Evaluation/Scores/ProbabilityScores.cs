namespace Tailor.Evaluation;

/// <summary>Scores of predicted probabilities, given row-major, examples x classes, each row summing to 1.</summary>
public static class ProbabilityScores
{
    /// <summary>The mean of -ln of the gold class's probability, in nats; probabilities are kept 2^-23 away from 0 and 1, as scikit-learn does for single precision.</summary>
    /// <param name="gold">The right class of each example.</param>
    /// <param name="probabilities">Examples x classes, row-major.</param>
    /// <param name="classes">The number of classes.</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other, there is no example, or a class id is out of range.</exception>
    public static double LogLoss(ReadOnlySpan<int> gold, ReadOnlySpan<float> probabilities, int classes)
    {
        const double Least = 1.0 / (1 << 23);
        Check(gold, probabilities, classes);
        double sum = 0;
        for (int i = 0; i < gold.Length; i++)
        {
            sum -= Math.Log(Math.Clamp(probabilities[(i * classes) + gold[i]], Least, 1 - Least));
        }

        return sum / gold.Length;
    }

    /// <summary>
    /// The expected calibration error of the most probable class (Guo et al., ICML 2017): over bins of equal width of the confidence, each open below and closed above,
    /// the mean distance of accuracy and mean confidence, weighted by the bin's share of the examples.
    /// </summary>
    /// <param name="gold">The right class of each example.</param>
    /// <param name="probabilities">Examples x classes, row-major.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="bins">The number of bins, at least 1.</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other, there is no example, or a class id is out of range.</exception>
    public static double ExpectedCalibrationError(ReadOnlySpan<int> gold, ReadOnlySpan<float> probabilities, int classes, int bins = CalibrationBin.Usual)
    {
        Check(gold, probabilities, classes);
        return CalibrationBin.ExpectedError(CalibrationBin.Of(Answers(gold, probabilities, classes, _ => true), bins));
    }

    /// <summary>The same over the examples of some gold classes alone.</summary>
    /// <param name="gold">The right class of each example.</param>
    /// <param name="probabilities">Examples x classes, row-major.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="group">The ids of the classes whose examples count.</param>
    /// <param name="bins">The number of bins, at least 1.</param>
    /// <returns>The error, or null when none of the classes stands in gold.</returns>
    /// <exception cref="ArgumentException">The sizes do not fit each other, there is no example, or a class id is out of range.</exception>
    public static double? GroupCalibrationError(ReadOnlySpan<int> gold, ReadOnlySpan<float> probabilities, int classes, IEnumerable<int> group, int bins = CalibrationBin.Usual)
    {
        Check(gold, probabilities, classes);
        var members = group.ToHashSet();
        List<(double, bool)> answers = Answers(gold, probabilities, classes, members.Contains);
        return answers.Count == 0 ? null : CalibrationBin.ExpectedError(CalibrationBin.Of(answers, bins));
    }

    /// <summary>
    /// The class-wise calibration error (Kull et al., NeurIPS 2019, section 2; Nixon et al., 2019, without their choice of classes): for every class and every bin of its predicted probability, the distance of the class's share of the
    /// examples and the mean probability, weighted by the bin's share of the examples; the mean over the classes.
    /// </summary>
    /// <param name="gold">The right class of each example.</param>
    /// <param name="probabilities">Examples x classes, row-major.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="bins">The number of bins, at least 1.</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other, there is no example, or a class id is out of range.</exception>
    public static double ClasswiseCalibrationError(ReadOnlySpan<int> gold, ReadOnlySpan<float> probabilities, int classes, int bins = CalibrationBin.Usual)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        Check(gold, probabilities, classes);

        // The distance of share and mean, times the bin's examples, is the distance of two sums.
        double[] surplus = new double[checked(classes * bins)];
        for (int i = 0; i < probabilities.Length; i++)
        {
            int c = i % classes;
            surplus[(c * bins) + CalibrationBin.IndexOf(probabilities[i], bins)] += probabilities[i] - (gold[i / classes] == c ? 1.0 : 0.0);
        }

        return surplus.Sum(Math.Abs) / gold.Length / classes;
    }

    /// <summary>The mean squared distance of the probabilities from the gold class's indicator, summed over the classes, in [0, 2] (Brier, 1950).</summary>
    /// <param name="gold">The right class of each example.</param>
    /// <param name="probabilities">Examples x classes, row-major.</param>
    /// <param name="classes">The number of classes.</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other, there is no example, or a class id is out of range.</exception>
    public static double Brier(ReadOnlySpan<int> gold, ReadOnlySpan<float> probabilities, int classes)
    {
        Check(gold, probabilities, classes);
        double sum = 0;
        for (int i = 0; i < probabilities.Length; i++)
        {
            double distance = probabilities[i] - (gold[i / classes] == i % classes ? 1.0 : 0.0);
            sum += distance * distance;
        }

        return sum / gold.Length;
    }

    /// <summary>The share of examples whose gold class is among the <paramref name="k"/> most probable; of equal probabilities the larger class id goes first, as in scikit-learn.</summary>
    /// <param name="gold">The right class of each example.</param>
    /// <param name="probabilities">Examples x classes, row-major.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="k">How many classes may be named, at least 1.</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other, there is no example, or a class id is out of range.</exception>
    public static double TopK(ReadOnlySpan<int> gold, ReadOnlySpan<float> probabilities, int classes, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        Check(gold, probabilities, classes);
        int found = 0;
        for (int i = 0; i < gold.Length; i++)
        {
            ReadOnlySpan<float> row = probabilities.Slice(i * classes, classes);
            int before = 0;
            for (int c = 0; c < classes; c++)
            {
                before += row[c] > row[gold[i]] || (row[c] == row[gold[i]] && c > gold[i]) ? 1 : 0;
            }

            found += before < k ? 1 : 0;
        }

        return (double)found / gold.Length;
    }

    /// <summary>The most probable class's probability of each example whose gold class counts, and whether it is right.</summary>
    private static List<(double Confidence, bool Right)> Answers(ReadOnlySpan<int> gold, ReadOnlySpan<float> probabilities, int classes, Func<int, bool> counts)
    {
        var answers = new List<(double, bool)>(gold.Length);
        for (int i = 0; i < gold.Length; i++)
        {
            if (counts(gold[i]))
            {
                ReadOnlySpan<float> row = probabilities.Slice(i * classes, classes);
                int best = MostProbable(row);
                answers.Add((row[best], best == gold[i]));
            }
        }

        return answers;
    }

    private static int MostProbable(ReadOnlySpan<float> row)
    {
        int best = 0;
        for (int c = 1; c < row.Length; c++)
        {
            best = row[c] > row[best] ? c : best;
        }

        return best;
    }

    private static void Check(ReadOnlySpan<int> gold, ReadOnlySpan<float> probabilities, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        if (gold.IsEmpty || probabilities.Length != (long)gold.Length * classes)
        {
            throw new ArgumentException($"{gold.Length} examples of {classes} classes do not have {probabilities.Length} probabilities", nameof(probabilities));
        }

        foreach (int label in gold)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)label, (uint)classes, nameof(gold));
        }
    }
}
