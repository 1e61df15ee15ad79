using System.Text;

namespace Tailor.Evaluation;

/// <summary>A run in one paragraph.</summary>
internal static class RunSummary
{
    private const int Listed = 5;

    public static string Of(RunReportData data)
    {
        var text = new StringBuilder();
        Data(text, data);
        Selection(text, data);
        Scores(text, data);
        return text.ToString();
    }

    private static void Data(StringBuilder text, RunReportData data)
    {
        int[] counts = [.. data.Classes.Select(c => c.TrainCount).Where(count => count > 0)];
        text.Append($"The recipe {data.Recipe} was trained with seed {data.Seed} on {Words.Count(counts.Sum(count => (long)count), "example")} of {Words.Count(data.Classes.Count, "class", "classes")}");
        if (counts.Length > 1)
        {
            text.Append($"; the largest class has {counts.Max():N0}, the smallest {counts.Min():N0}");
            text.Append(counts.Max() > counts.Min() ? $", a ratio of {(double)counts.Max() / counts.Min():0.#} to 1" : "");
        }

        text.Append(". ");
    }

    private static void Selection(StringBuilder text, RunReportData data)
    {
        if (data.BestStep is { } step && data.BestScore is { } score)
        {
            text.Append($"The weights kept are those of step {step:N0}, the best on dev by {Words.Metric(data.SelectionMetric ?? "score")} ({ReportText.Digits(score)}). ");
        }
        else
        {
            text.Append("Dev was not scored, so the weights are those of the last step. ");
        }
    }

    private static void Scores(StringBuilder text, RunReportData data)
    {
        if (data.ScoredSplit is null || data.Scores.Count == 0)
        {
            text.Append("There was neither a test nor a dev split to score.");
            return;
        }

        double? Value(string name) => data.Scores.TryGetValue(name, out double value) ? value : null;
        int examples = data.Classes.Sum(c => c.Score?.Support ?? 0);
        text.Append($"On the {Words.Count(examples, "example")} of {data.ScoredSplit} it reaches accuracy {ReportText.Digits(Value("accuracy"))} and macro-F1 {ReportText.Digits(Value("macro_f1"))}. ");
        Groups(text, data);
        string[] never = [.. data.Classes.Where(c => c.Score is { Support: > 0, Recall: 0 }).Select(c => c.Name)];
        string[] unscored = [.. data.Classes.Where(c => c.Score is { Support: 0 }).Select(c => c.Name)];
        if (never.Length > 0)
        {
            text.Append($"Never found: {Words.List(never, Listed)}. ");
        }

        if (unscored.Length > 0)
        {
            text.Append($"Without scored examples: {Words.List(unscored, Listed)}. ");
        }
    }

    private static void Groups(StringBuilder text, RunReportData data)
    {
        if (data.ReadsPictures)
        {
            // As papers on pictures do; head and tail are divided by the labels scored, and their test splits are balanced.
            GroupScore[] shots = [.. ClassRows.ByTraining(data.Groups).Select(group => group.Score).Where(score => score.Accuracy is not null)];
            IEnumerable<string> each = shots.Select(score => $"{ReportText.Digits(score.Accuracy)} on {score.Name} ({Words.Count(score.Classes, "class", "classes")})");
            text.Append(shots.Length == 0 ? "" : $"By training examples, accuracy is {string.Join(", ", each)}. ");
            return;
        }

        GroupScore? head = Group(data, "head"), tail = Group(data, "tail");
        if (tail?.F1 is { } tailF1)
        {
            text.Append(head?.F1 is { } headF1
                ? $"Head F1 is {ReportText.Digits(headF1)} over {Words.Count(head.Classes, "class", "classes")} and tail F1 {ReportText.Digits(tailF1)} over {Words.Count(tail.Classes, "class", "classes")}, a difference of {ReportText.Digits(headF1 - tailF1)}. "
                : $"No class is head; tail F1 is {ReportText.Digits(tailF1)} over {Words.Count(tail.Classes, "class", "classes")}. ");
        }
    }

    private static GroupScore? Group(RunReportData data, string name) => data.Groups.FirstOrDefault(group => group.Score.Name == name)?.Score;
}
