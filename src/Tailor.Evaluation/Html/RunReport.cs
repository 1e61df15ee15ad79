using System.Xml.Linq;
using MathNet.Numerics.Statistics;

namespace Tailor.Evaluation;

/// <summary>The report of one run as a page of HTML: one file that fetches nothing, for screens light and dark, phones and paper. Equal data give equal bytes.</summary>
public static class RunReport
{
    private const int ConfusionsListed = 25;

    private static readonly string[] OtherKeys = ["balanced_accuracy", "mcc", "log_loss", "ece", "classwise_ece"];

    /// <summary>Writes the page.</summary>
    /// <param name="data">What to show; all text in it is escaped.</param>
    /// <exception cref="ArgumentException">There is no class.</exception>
    public static string ToHtml(RunReportData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Classes.Count == 0)
        {
            throw new ArgumentException("a report needs at least one class", nameof(data));
        }

        XElement?[] sections = [Scores(data), Classes(data), SampleStrips.Section(data), Norms(data), PromptSection.Section(data), Confused(data), Learning(data), Calibration(data), WrongExamples.Section(data), ReportFooter.Settings(data.Files), ReportFooter.Making(data.Command, data.Facts)];
        return HtmlPage.Of(
            data.Title,
            new XElement("h1", data.Title),
            Markup.Paragraph(RunSummary.Of(data), "lead"),
            Markup.Sentences(data.Remarks, "remarks"),
            Markup.Contents(sections),
            sections);
    }

    private static XElement? Scores(RunReportData data)
    {
        if (data.Scores.Count == 0)
        {
            return null;
        }

        var keys = new XElement("dl", new XAttribute("class", "keys"), Metric.Tabulated(data.ReadsPictures).Concat(OtherKeys).Where(data.Scores.ContainsKey).Select(name =>
            new XElement("div", new XElement("dt", Words.Metric(name)), new XElement("dd", ReportText.Digits(data.Scores[name])))));
        XElement groups = Markup.Table(
            "Groups of classes; recall and F1 are means over their classes with scored examples, accuracy and ECE are those of their examples",
            ["group", ">classes", ">scored examples", ">recall", ">F1", ">accuracy", ">ECE"],
            data.Groups.Select(group => (IReadOnlyList<string>)[group.Score.Name, $"{group.Score.Classes:N0}", $"{group.Score.Support:N0}", ReportText.Digits(group.Score.Recall), ReportText.Digits(group.Score.F1), ReportText.Digits(group.Score.Accuracy), ReportText.Digits(group.Score.Ece)]));
        return Markup.Section("scores", $"Scores on {data.ScoredSplit}", new XAttribute("class", "small"), keys, data.Groups.Count == 0 ? null : groups, Markup.Sentences(Rules(data.Groups), "sentences"));
    }

    private static string[] Rules(IReadOnlyList<ReportGroup> groups) => [.. groups.Select(group => $"{group.Grouping}: {group.Rule}").Distinct(StringComparer.Ordinal)];

    private static XElement Classes(RunReportData data)
    {
        bool scored = data.Classes.Any(c => c.Score is not null), norms = data.Classes.Any(c => c.Norm is not null);
        string[] headings = ["class", ">train", .. scored ? [$">{data.ScoredSplit}", ">precision", ">recall", ">F1", ">predicted"] : Array.Empty<string>(), .. norms ? [">norm"] : Array.Empty<string>()];
        IReadOnlyList<string> Row(ReportClass c) =>
        [
            c.Name, $"{c.TrainCount:N0}",
            .. scored ? ScoreCells(c.Score) : [],
            .. norms ? [ReportText.Digits(c.Norm)] : Array.Empty<string>(),
        ];
        return Markup.Section(
            "classes",
            "Classes from head to tail",
            Markup.Sizes(data.Splits),
            Markup.Beside(
                Markup.Figure("Training examples of each class", width => ClassProfileChart.Draw(data.Classes, data.Groups, width)),
                scored ? Markup.Figure($"F1 of each class on {data.ScoredSplit}", width => ClassScoreChart.Draw(data.Classes, data.Groups, Macro(data), width)) : null),
            Markup.Table($"The figures of each class, the most frequent in training first{(norms ? "; norm is that of its row of the trained head" : "")}", headings, ClassRows.Order(data.Classes).Select(c => Row(data.Classes[c]))));
    }

    private static string[] ScoreCells(ClassScore? score) => score switch
    {
        null => ["-", "-", "-", "-", "-"],
        { Support: 0 } => ["0", "-", "-", "-", $"{score.Predicted:N0}"],
        _ => [$"{score.Support:N0}", ReportText.Digits(score.Precision), ReportText.Digits(score.Recall), ReportText.Digits(score.F1), $"{score.Predicted:N0}"],
    };

    private static double? Macro(RunReportData data) => data.Scores.TryGetValue("macro_f1", out double macro) ? macro : null;

    private static XElement? Norms(RunReportData data)
    {
        double[] norms = [.. data.Classes.Select(c => c.Norm).OfType<double>()];
        if (norms.Length != data.Classes.Count || norms.Length < 2)
        {
            return null;
        }

        double? rank = Correlation.Spearman([.. data.Classes.Select(c => (double)c.TrainCount)], norms);
        return Markup.Section(
            "norms",
            "Weight norm by class",
            Markup.Paragraph("A head trained on a long tail tends to give frequent classes longer weight vectors, and with them higher scores. These are the norms after training, before any calibration; the table of the classes has the figures."
                + (rank is { } value ? $" Their rank correlation with the training examples (Spearman) is {value:0.00}." : "")),
            Markup.Figure("Norm of each class's row of the head", width => ClassNormChart.Draw(data.Classes, data.Groups, [("norm", norms)], width)));
    }

    private static XElement? Confused(RunReportData data)
    {
        if (Confusions.Of(data.Predictions, data.Classes) is not { } confusions)
        {
            return null;
        }

        string[][] rows =
        [
            .. confusions.Pairs.Take(ConfusionsListed).Select(pair => new[]
            {
                data.Classes[pair.Gold].Name, data.Classes[pair.Predicted].Name, $"{pair.Count:N0}", $"{pair.Count / (double)confusions.Examples(pair.Gold):P0}",
            }),
        ];
        return Markup.Section(
            "confusions",
            "Confusions",
            Markup.Beside(
                Markup.Figure(
                    confusions.Shown.Count == data.Classes.Count ? "Right classes in rows, predicted ones in columns" : $"The {confusions.Shown.Count} most confused classes: right classes in rows, predicted ones in columns; the last column is any other class",
                    width => ConfusionChart.Draw(confusions, data.Classes, width)),
                Markup.Table("The most frequent confusions of all classes", ["right class", "predicted", ">examples", ">of the class"], rows)));
    }

    private static XElement? Learning(RunReportData data)
    {
        if (data.Learning.Count == 0)
        {
            return null;
        }

        string[] columns = [.. LearningCurveChart.Scores(data.Learning, data.SelectionMetric), "accuracy", "log_loss"];
        columns = [.. columns.Distinct(StringComparer.Ordinal).Where(name => data.Learning.Any(point => point.Values.ContainsKey(name)))];
        IReadOnlyList<string> Row(LearningPoint point) =>
            [$"{point.Stage}: {point.Step:N0}{(point.Best ? " ↑" : "")}", .. columns.Select(name => ReportText.Digits(point.Values.TryGetValue(name, out double value) ? value : null))];
        return Markup.Section(
            "learning",
            "Learning curves",
            Markup.Beside(
                Markup.Figure("Scores and log loss of the dev split during training", width => LearningCurveChart.Draw(data.Learning, data.SelectionMetric, data.BestStep, width)),
                Markup.Table("The evaluations on dev; ↑ better than all before it in the stage", ["stage: step", .. columns.Select(name => ">" + Words.Metric(name))], data.Learning.Select(Row))));
    }

    private static XElement? Calibration(RunReportData data)
    {
        (double, bool)[] answers = [.. data.Predictions.Where(example => example.Probability is not null).Select(example => (example.Probability!.Value, example.Predicted == example.Gold))];
        if (answers.Length == 0)
        {
            return null;
        }

        IReadOnlyList<CalibrationBin> bins = CalibrationBin.Of(answers);
        double error = CalibrationBin.ExpectedError(bins), surplus = bins.Sum(bin => bin.ConfidenceSum - bin.Right) / answers.Length;
        return Markup.Section(
            "calibration",
            "Calibration",
            Markup.Paragraph($"On average the predicted class was given a probability {ReportText.Digits(Math.Abs(surplus))} {(surplus >= 0 ? "above" : "below")} the share of right answers; the expected calibration error is {ReportText.Digits(error)}."),
            Markup.Beside(
                Markup.Figure("Share of right answers by the probability of the predicted class; dots are the means, the dashed line is a probability that means what it says", width => CalibrationChart.Draw(bins, error, width)),
                Markup.Table(
                    "The answers by the probability of the predicted class",
                    ["probability", ">answers", ">right", ">share right", ">mean probability"],
                    bins.Where(bin => bin.Examples > 0).Select(bin => (IReadOnlyList<string>)[$"{bin.Lower:F2} to {bin.Upper:F2}", $"{bin.Examples:N0}", $"{bin.Right:N0}", ReportText.Digits(bin.Accuracy), ReportText.Digits(bin.Confidence)]))));
    }
}
