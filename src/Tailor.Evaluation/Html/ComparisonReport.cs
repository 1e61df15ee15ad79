using System.Xml.Linq;

namespace Tailor.Evaluation;

/// <summary>The report of a comparison as a page of HTML: one file that fetches nothing, for screens light and dark, phones and paper. Equal data give equal bytes.</summary>
public static class ComparisonReport
{
    /// <summary>Entries a chart can tell apart by mark and colour.</summary>
    private const int Distinct = 6;

    private static readonly string[] Shots = ["many", "medium", "few"];

    /// <summary>Writes the page.</summary>
    /// <param name="data">What to show; all text in it is escaped.</param>
    /// <exception cref="ArgumentException">There is no class or no entry.</exception>
    public static string ToHtml(ComparisonReportData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Classes.Count == 0 || data.Entries.Count == 0)
        {
            throw new ArgumentException("a report needs at least one class and one entry", nameof(data));
        }

        XElement?[] sections = [Scores(data), HeadTail(data), Classes(data), Norms(data), ReportFooter.Settings(data.Files), ReportFooter.Making(data.Command, data.Facts)];
        return HtmlPage.Of(
            data.Title,
            new XElement("h1", data.Title),
            Markup.Paragraph(Summary(data), "lead"),
            Markup.Sentences(data.Sentences, "sentences"),
            Markup.Sentences(data.Remarks, "remarks"),
            Markup.Contents(sections),
            sections);
    }

    private static string Summary(ComparisonReportData data)
    {
        int baselines = data.Entries.Count(entry => entry.IsBaseline), recipes = data.Entries.Count - baselines;
        int[] runs = [.. data.Entries.Select(entry => entry.Of(data.Metric)?.Runs).OfType<int>().Distinct().Order()];
        string seeds = runs.Length switch
        {
            0 => "",
            1 => $" over {Words.Count(runs[0], "seed")}",
            _ => $" over {runs[0]} to {runs[^1]} seeds",
        };
        string text = $"{Words.Count(recipes, "recipe")}{(baselines > 0 ? $" and {Words.Count(baselines, "baseline")}" : "")}{seeds} on {Words.Count(data.Classes.Count, "class", "classes")}, "
            + $"scored on {data.ScoredSplit ?? "held-out examples"} and judged by {Words.Metric(data.Metric)}. ";
        ComparedEntry? best = data.Entries.FirstOrDefault(entry => entry.Mark == EntryMark.Best);
        if (best is null)
        {
            return text;
        }

        string[] notWorse = [.. data.Entries.Where(entry => entry.Mark == EntryMark.NotWorse).Select(entry => entry.Name)];
        string[] shots = data.ReadsPictures
            ? [.. Shots.Where(group => best.Of(group + "_accuracy") is not null).Select(group => $"{HeadTailChart.Spread(best.Of(group + "_accuracy"))} on {group}")]
            : [];
        return text + $"The best mean is that of {best.Name} with {HeadTailChart.Spread(best.Of(data.Metric))}"
            + (shots.Length > 0 ? $" (accuracy by training examples: {string.Join(", ", shots)})" : "")
            + (notWorse.Length > 0 ? $"; not significantly worse: {string.Join(", ", notWorse)}." : "; every other entry is significantly worse or was not tested.");
    }

    private static XElement Scores(ComparisonReportData data)
    {
        string[] metrics = [.. data.Metrics.Prepend(data.Metric).Distinct(StringComparer.Ordinal).Where(metric => data.Entries.Any(entry => entry.Of(metric) is not null))];
        bool seconds = data.Entries.Any(entry => entry.Seconds is not null), trained = data.Entries.Any(entry => entry.TrainedParameters is not null);
        IReadOnlyList<string> Row(ComparedEntry entry, int i) =>
        [
            $"{i + 1} {EntryScoreChart.Name(entry)}", entry.IsBaseline ? "baseline" : "recipe", $"{entry.Of(data.Metric)?.Runs ?? 0}",
            .. metrics.Select(metric => HeadTailChart.Spread(entry.Of(metric))),
            .. seconds ? [entry.Seconds is { } s ? $"{s:N1}" : "-"] : Array.Empty<string>(),
            .. trained ? [entry.TrainedParameters is { } p ? $"{p:N0}" : "-"] : Array.Empty<string>(),
        ];
        string[] headings =
        [
            "entry", "kind", ">seeds", .. metrics.Select(metric => ">" + Words.Metric(metric)),
            .. seconds ? [">seconds"] : Array.Empty<string>(), .. trained ? [">parameters trained"] : Array.Empty<string>(),
        ];
        bool drawn = data.Entries.Any(entry => entry.Of(data.Metric) is not null);
        return Markup.Section(
            "scores",
            "Scores",
            new XAttribute("class", "small"),
            Markup.Table("Means over seeds ± sample standard deviation; ★ the best mean, ≈ not significantly worse than it", headings, data.Entries.Select(Row)),
            drawn ? Markup.Figure($"{Words.Metric(data.Metric)}: mean, one standard deviation, and each seed below", width => EntryScoreChart.Draw(data.Entries, data.Metric, width)) : null,
            Seeds(data, metrics));
    }

    private static XElement? Seeds(ComparisonReportData data, string[] metrics)
    {
        if (data.Entries.All(entry => entry.Of(data.Metric) is not { Runs: > 1 }))
        {
            return null;
        }

        IEnumerable<IReadOnlyList<string>> rows = data.Entries.SelectMany(entry => Enumerable.Range(0, entry.Scores.Values.Select(values => values.Count).DefaultIfEmpty(0).Max()).Select(seed => (IReadOnlyList<string>)
        [
            entry.Name, $"{seed + 1}",
            .. metrics.Select(metric => ReportText.Digits(entry.Scores.GetValueOrDefault(metric) is { } values && seed < values.Count ? values[seed] : null)),
        ]));
        return Markup.Table("Every run", ["entry", ">run", .. metrics.Select(metric => ">" + Words.Metric(metric))], rows);
    }

    private static XElement? HeadTail(ComparisonReportData data) => data.Entries.Any(entry => entry.Of("head_f1") is not null && entry.Of("tail_f1") is not null)
        ? Markup.Section(
            "head-tail",
            "Head against tail",
            Markup.Figure("Tail F1 against head F1, means with one standard deviation; up and to the right is better. The table of the scores has the figures", width => HeadTailChart.Draw(data.Entries, width)))
        : null;

    private static XElement Classes(ComparisonReportData data)
    {
        // The baselines would take the marks of the recipes; those come first.
        ComparedEntry[] known = [.. data.Entries.Where(entry => entry.ClassF1.Count == data.Classes.Count)];
        ComparedEntry[] drawn = [.. known.OrderBy(entry => entry.IsBaseline).Take(Distinct)];
        IReadOnlyList<string> Row(int c) => [data.Classes[c].Name, $"{data.Classes[c].TrainCount:N0}", .. known.Select(entry => ReportText.Digits(entry.ClassF1[c]))];
        return Markup.Section(
            "classes",
            "Classes from head to tail",
            Markup.Sizes(data.Splits),
            Markup.Beside(
                Markup.Figure("Training examples of each class", width => ClassProfileChart.Draw(data.Classes, data.Groups, width)),
                drawn.Length == 0 ? null : Markup.Figure($"Mean F1 of each class{(drawn.Length < known.Length ? $", {drawn.Length} of {known.Length} entries" : "")}", width => ClassScoreChart.Compare(data.Classes, data.Groups, drawn, width))),
            Markup.Table($"Training examples{(known.Length > 0 ? " and mean F1" : "")} of each class, the most frequent first", ["class", ">train", .. known.Select(entry => ">" + entry.Name)], ClassRows.Order(data.Classes).Select(Row)));
    }

    private static XElement? Norms(ComparisonReportData data)
    {
        (string Name, IReadOnlyList<double> Norms)[] known = [.. data.Entries.Where(entry => entry.ClassNorms.Count == data.Classes.Count).Select(entry => (entry.Name, entry.ClassNorms)).Take(Distinct)];
        return known.Length == 0 || data.Classes.Count < 2
            ? null
            : Markup.Section(
                "norms",
                "Weight norm by class",
                Markup.Beside(
                    Markup.Figure("Mean norm of each class's row of the trained head, before any calibration", width => ClassNormChart.Draw(data.Classes, data.Groups, known, width)),
                    Markup.Table("The norms", ["class", .. known.Select(entry => ">" + entry.Name)], ClassRows.Order(data.Classes).Select(c => (IReadOnlyList<string>)[data.Classes[c].Name, .. known.Select(entry => ReportText.Digits(entry.Norms[c]))]))));
    }
}
