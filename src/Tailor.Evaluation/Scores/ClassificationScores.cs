namespace Tailor.Evaluation;

/// <summary>The scores that follow from gold and predicted classes alone; each equals scikit-learn's of the same name with <c>zero_division=0</c>.</summary>
public sealed class ClassificationScores
{
    private readonly int[] _confusion;

    private ClassificationScores(int classes, int[] confusion)
    {
        Classes = classes;
        _confusion = confusion;
        PerClass = Enumerable.Range(0, classes).Select(Score).ToArray();
        Examples = confusion.Sum();
        int right = PerClass.Select((_, c) => confusion[(c * classes) + c]).Sum();
        ClassScore[] inGold = PerClass.Where(score => score.Support > 0).ToArray();
        Accuracy = (double)right / Examples;
        BalancedAccuracy = inGold.Average(score => score.Recall);
        MacroF1 = PerClass.Where(score => score.Support + score.Predicted > 0).Average(score => score.F1);
        MacroF1AllClasses = PerClass.Average(score => score.F1);
        WeightedF1 = inGold.Sum(score => score.F1 * score.Support) / Examples;
        double chance = PerClass.Sum(score => (double)score.Support * score.Predicted);
        MatthewsCorrelation = Matthews(right, chance);
        double all = (double)Examples * Examples;
        Kappa = chance < all ? ((right * (double)Examples) - chance) / (all - chance) : 0;
    }

    /// <summary>The number of classes.</summary>
    public int Classes { get; }

    /// <summary>The number of examples scored.</summary>
    public int Examples { get; }

    /// <summary>The share of examples predicted right.</summary>
    public double Accuracy { get; }

    /// <summary>The mean recall over the classes that stand in gold.</summary>
    public double BalancedAccuracy { get; }

    /// <summary>The mean F1 over the classes that stand in gold or among the predictions: scikit-learn's default. A class only ever predicted counts 0.</summary>
    public double MacroF1 { get; }

    /// <summary>The mean F1 over all classes; a class that is neither in gold nor predicted counts 0.</summary>
    public double MacroF1AllClasses { get; }

    /// <summary>F1 of the summed counts; for one label an example this is the accuracy.</summary>
    public double MicroF1 => Accuracy;

    /// <summary>The mean F1 weighted by support.</summary>
    public double WeightedF1 { get; }

    /// <summary>Matthews' correlation for many classes (Gorodkin, 2004), in [-1, 1]; 0 where gold or predictions have one class alone.</summary>
    public double MatthewsCorrelation { get; }

    /// <summary>Cohen's kappa, in [-1, 1]; 0 where it is undefined because gold and predictions are one and the same class throughout.</summary>
    public double Kappa { get; }

    /// <summary>Counts by gold class (row) and predicted class (column), row-major, classes x classes.</summary>
    public ReadOnlySpan<int> Confusion => _confusion;

    /// <summary>The scores of each class, by class id.</summary>
    public IReadOnlyList<ClassScore> PerClass { get; }

    /// <summary>Scores predictions.</summary>
    /// <param name="gold">The right class of each example, in [0, <paramref name="classes"/>).</param>
    /// <param name="predicted">The predicted class of each example, in the same order.</param>
    /// <param name="classes">The number of classes, at least 1.</param>
    /// <exception cref="ArgumentException">There is no example, or the two differ in length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A class id is out of range.</exception>
    public static ClassificationScores Of(ReadOnlySpan<int> gold, ReadOnlySpan<int> predicted, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        if (gold.IsEmpty || gold.Length != predicted.Length)
        {
            throw new ArgumentException($"there must be as many predictions as gold labels and at least one: {predicted.Length} and {gold.Length}", nameof(predicted));
        }

        int[] confusion = new int[checked(classes * classes)];
        for (int i = 0; i < gold.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)gold[i], (uint)classes, nameof(gold));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)predicted[i], (uint)classes, nameof(predicted));
            confusion[(gold[i] * classes) + predicted[i]]++;
        }

        return new ClassificationScores(classes, confusion);
    }

    private ClassScore Score(int c)
    {
        int right = _confusion[(c * Classes) + c];
        int support = 0;
        int predicted = 0;
        for (int other = 0; other < Classes; other++)
        {
            support += _confusion[(c * Classes) + other];
            predicted += _confusion[(other * Classes) + c];
        }

        return new ClassScore(Ratio(right, predicted), Ratio(right, support), Ratio(2.0 * right, (double)support + predicted), support, predicted);
    }

    private double Matthews(int right, double chance)
    {
        double all = (double)Examples * Examples;
        double gold = all - PerClass.Sum(score => (double)score.Support * score.Support);
        double predicted = all - PerClass.Sum(score => (double)score.Predicted * score.Predicted);
        return gold > 0 && predicted > 0 ? ((right * (double)Examples) - chance) / Math.Sqrt(gold * predicted) : 0;
    }

    private static double Ratio(double part, double whole) => whole > 0 ? part / whole : 0;
}
