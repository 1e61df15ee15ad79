namespace Tailor.Baselines;

/// <summary>Multinomial logistic regression on the vectors of a frozen encoder.</summary>
/// <param name="balanced">Whether each class weighs as much as any other.</param>
internal sealed class ProbeBaseline(bool balanced) : IBaseline
{
    /// <summary>scikit-learn's default, C = 1. It is fixed: choosing it on test would flatter the baseline.</summary>
    private const float Penalty = 1;

    public string Name => balanced ? "probe-mean-balanced" : "probe-mean";

    public string Summary => balanced ? "logistic regression on frozen mean-pooled embeddings, rare classes weighted up" : "logistic regression on frozen mean-pooled embeddings";

    public string Source => "Reimers and Gurevych, EMNLP 2019 (mean pooling); scikit-learn, LogisticRegression";

    public bool NeedsEncoder => true;

    public BaselineResult Fit(BaselineInput input, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        (Parts<float[]> rows, double seconds) = input.Embeddings;
        int width = rows.Train.Length / input.TrainLabels.Length, classes = input.Classes.Count;
        Timed<float[][]> answers = Timed.Of(() => LogisticRegression.Probabilities(
            rows.Train, width, input.TrainLabels, classes, place => input.Weight(place, balanced), Penalty, [rows.Dev, rows.Test]));
        return new BaselineResult
        {
            Name = Name,
            Dev = input.Ids(MostProbable(answers.Value[0], classes)),
            Test = input.Ids(MostProbable(answers.Value[1], classes)),
            DevProbabilities = input.OfAllClasses(answers.Value[0]),
            TestProbabilities = input.OfAllClasses(answers.Value[1]),
            Seconds = seconds + answers.Seconds,
            Parameters = classes * (width + 1L),
        };
    }

    private static int[] MostProbable(float[] probabilities, int classes) => [.. probabilities.Chunk(classes).Select(row => Array.IndexOf(row, row.Max()))];
}
