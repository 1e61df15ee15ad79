using Tailor.Data;
using Tailor.Evaluation;

namespace Tailor.Baselines.Tests;

/// <summary>TF-IDF and the linear SVM reach scikit-learn 1.9's figures (TfidfVectorizer with sublinear counts, LinearSVC) to the printed digits.</summary>
public class ScikitLearnFiguresTests
{
    [Theory]
    [InlineData("atis", 0.85, "tfidf-svm", "94.82 78.50 72.65")]
    [InlineData("atis", 0.85, "tfidf-svm-balanced", "95.83 84.80 81.09")]
    [InlineData("cmid", 0.65, "tfidf-svm", "46.20 35.28 32.94")]
    [InlineData("cmid", 0.65, "tfidf-svm-balanced", "44.45 34.83 32.74")]
    [InlineData("r52", 0.55, "tfidf-svm", "93.39 64.60 63.94")]
    [InlineData("r52", 0.55, "tfidf-svm-balanced", "94.44 72.33 71.81")]
    public void Accuracy_macro_f1_and_tail_f1_are_theirs(string set, double rho, string name, string expected)
    {
        TextDataset data = TextDataset.Load(SharedData.Folder(set), new DatasetOptions { UnknownLabels = UnknownLabels.Drop });
        BaselineResult result = BaselineCatalogue.Find(name).Fit(new BaselineInput(data), TestContext.Current.CancellationToken);
        EvaluationReport report = EvaluationReport.Of(data.Labels.Names, data.LabelIds(data.Test), result.Test, [], data.TrainCounts, rho);
        Assert.Equal(expected, $"{100 * report.Scores.Accuracy:F2} {100 * report.Scores.MacroF1:F2} {100 * report.Group("tail")!.F1:F2}");
        Assert.Contains(set == "cmid" ? "characters" : "words", Assert.Single(result.Notes), StringComparison.Ordinal);
    }
}
