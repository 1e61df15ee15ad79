using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Tailor.Foundation;

namespace Tailor.Baselines;

/// <summary>
/// Microsoft.ML's linear classifier of many classes at once with hinge loss, mean loss + (1/n)/2 |W|², by stochastic dual coordinate ascent (Shalev-Shwartz and Zhang, JMLR 2013).
/// One thread and a seed: the same answers every time. No L1 penalty (the library would choose one itself), and at most 50 passes, as its own limit of hundreds takes minutes where classes and terms are many.
/// </summary>
internal static class SdcaClassifier
{
    private const int Passes = 50, PassesBetweenChecks = 10;

    /// <summary>Trains on examples and classifies others.</summary>
    /// <param name="train">The training examples.</param>
    /// <param name="labels">Their classes.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="queries">The examples to classify, part by part.</param>
    /// <param name="seed">Orders the examples.</param>
    public static int[][] Classify(SparseRows train, int[] labels, int classes, IReadOnlyList<SparseRows> queries, long seed)
    {
        var context = new MLContext((int)(RandomStream.Key(seed, "sdca order") & int.MaxValue));
        var options = new SdcaNonCalibratedMulticlassTrainer.Options
        {
            LabelColumnName = MlExamples.Label,
            FeatureColumnName = MlExamples.Features,
            Loss = new HingeLoss(),
            L1Regularization = 0,
            L2Regularization = 1f / labels.Length,
            MaximumNumberOfIterations = Passes,
            ConvergenceCheckFrequency = PassesBetweenChecks,
            NumberOfThreads = 1,
        };
        var model = context.MulticlassClassification.Trainers.SdcaNonCalibrated(options).Fit(MlExamples.Of(train).Load(context, classes, labels));
        return [.. queries.Select(part => model.Transform(MlExamples.Of(part).Load(context, classes)).GetColumn<uint>("PredictedLabel").Select(key => (int)key - 1).ToArray())];
    }
}
