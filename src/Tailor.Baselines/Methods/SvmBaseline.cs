using Tailor.Foundation;

namespace Tailor.Baselines;

/// <summary>TF-IDF and a linear support vector machine.</summary>
/// <param name="balanced">Whether each class costs as much as any other.</param>
internal sealed class SvmBaseline(bool balanced) : IBaseline
{
    public string Name => balanced ? "tfidf-svm-balanced" : "tfidf-svm";

    public string Summary => balanced ? "TF-IDF and a linear SVM, rare classes weighted up" : "TF-IDF and a linear SVM";

    public string Source => "scikit-learn, TfidfVectorizer and LinearSVC; Hsieh et al., ICML 2008";

    public bool NeedsEncoder => false;

    public BaselineResult Fit(BaselineInput input, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        (Parts<SparseRows> rows, double seconds) = input.TermRows;
        int unsolved = 0;
        var svm = new LinearSvm(Balanced: balanced);
        Timed<int[][]> answers = Timed.Of(() => svm.Classify(rows.Train, input.TrainLabels, input.Classes.Count, [rows.Dev, rows.Test], input.Seed, out unsolved, ct));
        string[] warning = unsolved == 0 ? [] : [$"{unsolved} of {input.Classes.Count} classes were not solved to the tolerance within {svm.MaxSweeps} sweeps."];
        return new BaselineResult
        {
            Name = Name,
            Dev = input.Ids(answers.Value[0]),
            Test = input.Ids(answers.Value[1]),
            Seconds = seconds + answers.Seconds,
            Parameters = (input.Classes.Count == 2 ? 1L : input.Classes.Count) * (rows.Train.Width + 1L),
            Notes = [input.TermsNote, .. warning],
        };
    }
}
