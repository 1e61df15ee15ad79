using Tailor.Foundation;

namespace Tailor.Baselines;

/// <summary>TF-IDF and Microsoft.ML's linear classifier of many classes with hinge loss.</summary>
internal sealed class SdcaBaseline : IBaseline
{
    private const long MostWeights = 1L << 29;

    public string Name => "tfidf-sdca";

    public string Summary => "TF-IDF and Microsoft.ML's multiclass SDCA, hinge loss";

    public string Source => "Microsoft.ML, SdcaNonCalibrated; Shalev-Shwartz and Zhang, JMLR 2013";

    public bool NeedsEncoder => false;

    public BaselineResult Fit(BaselineInput input, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        (Parts<SparseRows> rows, double seconds) = input.TermRows;
        long weights = input.Classes.Count * (rows.Train.Width + 1L);
        if (weights > MostWeights)
        {
            throw new InputException($"{Name}: {input.Classes.Count} classes x {rows.Train.Width} terms are more weights than its limit of {MostWeights}, as it holds all of them at once; use tfidf-svm");
        }

        Timed<int[][]> answers = Timed.Of(() => SdcaClassifier.Classify(rows.Train, input.TrainLabels, input.Classes.Count, [rows.Dev, rows.Test], input.Seed));
        return new BaselineResult
        {
            Name = Name,
            Dev = input.Ids(answers.Value[0]),
            Test = input.Ids(answers.Value[1]),
            Seconds = seconds + answers.Seconds,
            Parameters = weights,
            Notes = [input.TermsNote],
        };
    }
}
