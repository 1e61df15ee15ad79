using System.Xml.Linq;

namespace Tailor.Evaluation;

/// <summary>Which prompt sets the pictures of each class choose.</summary>
internal static class PromptSection
{
    /// <summary>The section, or null for a model that chooses none.</summary>
    public static XElement? Section(RunReportData data)
    {
        if (data.PromptUsage is not { } usage)
        {
            return null;
        }

        string split = data.ScoredSplit ?? "train";
        int pictures = usage.Pictures.Sum(), most = Enumerable.Range(0, usage.Totals.Count).MaxBy(set => usage.Totals[set]);
        int[] dead = [.. Enumerable.Range(0, usage.Totals.Count).Where(set => usage.Totals[set] == 0)];
        string text = "Each picture chooses the prompt sets whose keys are nearest to its feature in the model of the first phase. "
            + $"Of the {Words.Count(pictures, "picture")} of {split}, most chose set {most} ({Share(usage.Totals[most], pictures)}); "
            + usage.DeadWords() + (dead.Length == 0 || dead.Length == usage.Totals.Count ? "." : $": {Words.List([.. dead.Select(set => $"{set}")], 20)}.");
        string caption = PromptUsageChart.Band(usage) is > 1 and var band
            ? $"Share of the pictures that chose each set: bars for all of {split}, below rows of {band} classes in the order of their training examples, most frequent first; stronger for more"
            : $"Share of the pictures that chose each set: bars for all of {split}, below a row for each class, most frequent in training first; stronger for more";
        return Markup.Section(
            "prompts",
            "Prompt sets by class",
            Markup.Paragraph(text),
            Markup.Beside(
                Markup.Figure(caption, width => PromptUsageChart.Draw(usage, data.Classes, width)),
                new XElement("div", new XAttribute("class", "sets"), Markup.Table(
                    "The sets of the pool",
                    ["set", ">pictures", ">share", ">classes", "chosen most often by"],
                    Enumerable.Range(0, usage.Totals.Count).Select(set => Row(usage, data.Classes, set, pictures))))));
    }

    private static string Share(int count, int of) => of == 0 ? "-" : $"{(double)count / of:P1}";

    private static IReadOnlyList<string> Row(PromptUsage usage, IReadOnlyList<ReportClass> classes, int set, int pictures)
    {
        int[] choosing = [.. Enumerable.Range(0, classes.Count).Where(c => usage.Counts[c][set] > 0)];
        return
        [
            $"{set}", $"{usage.Totals[set]:N0}", Share(usage.Totals[set], pictures), $"{choosing.Length:N0}",
            choosing.Length == 0 ? "-" : choosing.MaxBy(c => (double)usage.Counts[c][set] / usage.Pictures[c]) is var c ? $"{classes[c].Name} ({Share(usage.Counts[c][set], usage.Pictures[c])})" : "",
        ];
    }
}
