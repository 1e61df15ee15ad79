using System.Globalization;
using System.Text;

namespace Tailor.Evaluation;

/// <summary>Lays a report out as scikit-learn's <c>classification_report</c> (digits 4) does, then adds the groups.</summary>
internal static class ReportText
{
    private const string WidestAverage = "weighted avg";

    public static string Of(EvaluationReport report)
    {
        int width = Math.Max(WidestAverage.Length, report.Labels.Max(Length));
        var text = new StringBuilder();
        Classes(text, report, width);
        Groups(text, report, width);
        Overall(text, report, width);
        return text.ToString();
    }

    private static void Classes(StringBuilder text, EvaluationReport report, int width)
    {
        ClassificationScores scores = report.Scores;
        IReadOnlyList<ClassScore> each = scores.PerClass;
        Row(text, width, "", "precision", "recall", "f1-score", "support");
        text.Append('\n');
        for (int c = 0; c < each.Count; c++)
        {
            Row(text, width, report.Labels[c], Digits(each[c].Precision), Digits(each[c].Recall), Digits(each[c].F1), each[c].Support);
        }

        text.Append('\n');
        double Weighted(Func<ClassScore, double> of) => each.Sum(score => of(score) * score.Support) / scores.Examples;
        Row(text, width, "accuracy", "", "", Digits(scores.Accuracy), scores.Examples);
        Row(text, width, "macro avg", Digits(each.Average(score => score.Precision)), Digits(each.Average(score => score.Recall)), Digits(scores.MacroF1AllClasses), scores.Examples);
        Row(text, width, WidestAverage, Digits(Weighted(score => score.Precision)), Digits(Weighted(score => score.Recall)), Digits(scores.WeightedF1), scores.Examples);
    }

    private static void Groups(StringBuilder text, EvaluationReport report, int width)
    {
        text.Append('\n');
        Row(text, width, "", "classes", "recall", "f1-score", "accuracy", "ECE", "support");
        text.Append('\n');
        foreach (GroupScore group in report.Groups)
        {
            Row(text, width, group.Name, group.Classes, Digits(group.Recall), Digits(group.F1), Digits(group.Accuracy), Digits(group.Ece), group.Support);
        }

        text.Append('\n');
        foreach (Grouping grouping in report.Groupings)
        {
            text.Append(grouping.Name).Append(": by ").Append(grouping.Source).Append("; ").Append(grouping.Thresholds).Append('\n');
        }
    }

    private static void Overall(StringBuilder text, EvaluationReport report, int width)
    {
        ClassificationScores scores = report.Scores;
        text.Append('\n');
        (string Name, double? Value)[] rows =
        [
            ("macro F1", scores.MacroF1), ("balanced acc", scores.BalancedAccuracy), ("MCC", scores.MatthewsCorrelation), ("kappa", scores.Kappa),
            ("log loss", report.LogLoss), ("ECE", report.Ece), ("class ECE", report.ClasswiseEce),
        ];
        foreach ((string name, double? value) in rows.Where(row => row.Value is not null))
        {
            text.Append(Right(name, width)).Append("  ").Append(Right(Digits(value), 9)).Append('\n');
        }
    }

    private static void Row(StringBuilder text, int width, string name, params ReadOnlySpan<object> cells)
    {
        text.Append(Right(name, width)).Append(' ');
        foreach (object cell in cells)
        {
            text.Append(' ').Append(Right(Convert.ToString(cell, CultureInfo.InvariantCulture) ?? "", 9));
        }

        text.Append('\n');
    }

    /// <summary>Four decimals; a tie goes to the even digit, as in C and Python, where .NET would go away from zero. Ties are exact only in 32nds.</summary>
    public static string Digits(double? value) => value switch
    {
        null => "-",
        { } x when x * 32 == Math.Floor(x * 32) && Math.Abs(x) < 1e6 => Math.Round((decimal)x, 4, MidpointRounding.ToEven).ToString("F4", CultureInfo.InvariantCulture),
        { } x => x.ToString("F4", CultureInfo.InvariantCulture),
    };

    private static string Right(string value, int width) => new string(' ', Math.Max(0, width - Length(value))) + value;

    /// <summary>Characters as Python counts them: code points.</summary>
    private static int Length(string value) => value.EnumerateRunes().Count();
}
