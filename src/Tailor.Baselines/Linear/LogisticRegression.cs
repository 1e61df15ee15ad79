using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace Tailor.Baselines;

/// <summary>
/// Multinomial logistic regression, sum of weighted cross-entropies + (penalty/2) |W|² with free intercepts, by Microsoft.ML's L-BFGS: scikit-learn's <c>LogisticRegression(C=1/penalty)</c>.
/// One thread: the same answers every time.
/// </summary>
internal static class LogisticRegression
{
    /// <summary>Trains on examples and gives the probabilities of others.</summary>
    /// <param name="train">Training examples x <paramref name="width"/>, row-major.</param>
    /// <param name="width">The number of features.</param>
    /// <param name="labels">The training examples' classes.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="weight">The weight of an example of a class.</param>
    /// <param name="penalty">The strength of the penalty, at least 0.</param>
    /// <param name="queries">The examples to classify, part by part, row-major.</param>
    /// <returns>Examples x classes, row-major, part by part.</returns>
    public static float[][] Probabilities(float[] train, int width, int[] labels, int classes, Func<int, double> weight, float penalty, IReadOnlyList<float[]> queries)
    {
        var context = new MLContext(seed: 0);
        var options = new LbfgsMaximumEntropyMulticlassTrainer.Options
        {
            LabelColumnName = MlExamples.Label,
            FeatureColumnName = MlExamples.Features,
            ExampleWeightColumnName = MlExamples.Weight,
            L1Regularization = 0,
            L2Regularization = penalty,
            NumberOfThreads = 1,
        };
        var model = context.MulticlassClassification.Trainers.LbfgsMaximumEntropy(options).Fit(MlExamples.Of(train, width).Load(context, classes, labels, weight));
        return [.. queries.Select(part => model.Transform(MlExamples.Of(part, width).Load(context, classes)).GetColumn<VBuffer<float>>("Score").SelectMany(row => row.DenseValues()).ToArray())];
    }
}
