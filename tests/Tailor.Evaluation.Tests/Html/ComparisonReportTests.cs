using System.Xml.Linq;

namespace Tailor.Evaluation.Tests;

public class ComparisonReportTests
{
    private static readonly ComparisonReportData Data = ReportSamples.Comparison(20, 8);
    private static readonly ReportPage Page = new(ComparisonReport.ToHtml(Data));

    [Fact]
    public void The_table_has_mean_and_deviation_over_seeds_and_the_marks()
    {
        Assert.Equal(["entry", "kind", "seeds", "macro-F1", "accuracy", "head-F1", "tail-F1", "seconds", "parameters trained"], Page.Headings("scores"));
        string[][] rows = Page.Table("scores");
        Assert.Equal(["1 recipe-0", "2 提示学习 <prompt> ★", "3 recipe-2 ≈", "4 recipe-3"], rows.Take(4).Select(row => row[0]));
        double[] seeds = [.. Data.Entries[3].Scores["tail_f1"]];
        double mean = seeds.Average(), deviation = Math.Sqrt(seeds.Sum(seed => (seed - mean) * (seed - mean)) / 2);
        Assert.Equal($"{mean:F4} ±\u00a0{deviation:F4}", rows[3][6]);
        Assert.Equal(["recipe", "3"], rows[3][1..3]);
        Assert.Equal(["50.0", "250,000"], rows[3][7..]);

        // A single run has no deviation.
        Assert.Equal(["8 tf-idf + linear", "baseline", "1", $"{Data.Entries[7].Scores["macro_f1"][0]:F4}"], rows[7][..4]);
        Assert.Equal(["100.0", "-"], rows[7][7..]);
    }

    [Fact]
    public void Every_run_stands_in_a_table_of_its_own()
    {
        string[][] rows = Page.Table("scores", 1);
        Assert.Equal((7 * 3) + 1, rows.Length);
        Assert.Equal(Data.Entries.SelectMany(entry => entry.Scores["macro_f1"]).Select(score => $"{score:F4}"), rows.Select(row => row[2]));
    }

    [Fact]
    public void Error_bars_are_as_long_as_two_deviations_on_both_axes()
    {
        XElement[] bars = [.. Page.Chart("head-tail").Elements("line").Where(line => ReportPage.Has(line, "error"))];
        Assert.Equal(2 * Data.Entries.Count, bars.Length);
        double[] across = [.. bars.Where((_, i) => i % 2 == 0).Select(bar => ReportPage.Number(bar, "x2") - ReportPage.Number(bar, "x1"))];
        double[] up = [.. bars.Where((_, i) => i % 2 == 1).Select(bar => ReportPage.Number(bar, "y1") - ReportPage.Number(bar, "y2"))];
        double[] head = [.. Data.Entries.Select(entry => entry.Of("head_f1")!.StandardDeviation ?? 0)], tail = [.. Data.Entries.Select(entry => entry.Of("tail_f1")!.StandardDeviation ?? 0)];

        // Where the bars cross, the means stand: they give the length of one unit of F1.
        double UnitX() => (ReportPage.Number(bars[14], "x1") - ReportPage.Number(bars[1], "x1")) / (Data.Entries[7].Of("head_f1")!.Mean - Data.Entries[0].Of("head_f1")!.Mean);
        double UnitY() => (ReportPage.Number(bars[0], "y1") - ReportPage.Number(bars[12], "y1")) / (Data.Entries[6].Of("tail_f1")!.Mean - Data.Entries[0].Of("tail_f1")!.Mean);
        Assert.All(across.Zip(head), pair => Assert.Equal(2 * pair.Second * UnitX(), pair.First, 0.3));
        Assert.All(up.Zip(tail), pair => Assert.Equal(2 * pair.Second * UnitY(), pair.First, 0.3));
        Assert.Equal((0, 0), (across[^1], up[^1]));
        Assert.True(across[0] > 5 && up[0] > 5);
    }

    [Fact]
    public void Entries_are_numbered_alike_in_chart_and_table()
    {
        string[] texts = [.. Page.Chart("head-tail").Elements("text").Select(text => text.Nodes().OfType<XText>().Single().Value)];
        foreach ((ComparedEntry entry, int i) in Data.Entries.Select((entry, i) => (entry, i)))
        {
            Assert.Contains($"{i + 1}", texts);
            Assert.Contains($"{i + 1} {entry.Name}", texts);
            Assert.StartsWith($"{i + 1} {entry.Name}", Page.Table("scores")[i][0], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Entries_stand_best_first_in_the_chart_of_the_deciding_metric()
    {
        string[] names = [.. Page.Chart("scores").Elements("text").Where(text => text.Attribute("text-anchor")?.Value == "end").Select(text => text.Value.TrimEnd(' ', '★', '≈'))];
        Assert.Equal(Data.Entries.OrderByDescending(entry => entry.Of("macro_f1")!.Mean).Select(entry => entry.Name), names);

        ComparisonReportData loss = Data with { Metric = "log_loss", Entries = [.. Data.Entries.Select(entry => entry with { Scores = new Dictionary<string, IReadOnlyList<double>>(StringComparer.Ordinal) { ["log_loss"] = entry.Scores["tail_f1"] } })] };
        string[] ascending = [.. new ReportPage(ComparisonReport.ToHtml(loss)).Chart("scores").Elements("text").Where(text => text.Attribute("text-anchor")?.Value == "end").Select(text => text.Value.TrimEnd(' ', '★', '≈'))];
        Assert.Equal(Data.Entries.OrderBy(entry => entry.Of("tail_f1")!.Mean).Select(entry => entry.Name), ascending);
    }

    [Fact]
    public void Each_class_has_the_f1_of_every_entry_in_the_table_and_of_six_in_the_chart()
    {
        string[][] rows = Page.Table("classes");
        Assert.Equal(["class", "train", .. Data.Entries.Select(entry => entry.Name)], Page.Headings("classes"));
        Assert.All(rows.Zip(ReportSamples.Order(Data.Classes)), pair => Assert.Equal(Data.Entries.Select(entry => entry.ClassF1[pair.Second] is { } f1 ? $"{f1:F4}" : "-"), pair.First[2..]));
        XElement[] marks = [.. Page.Chart("classes", 1).Elements("path").Where(mark => mark.Element("title") is not null)];
        Assert.Equal(6 * 19, marks.Length);
        Assert.Contains("6 of 8 entries", Page.Section("classes")!.Descendants("figcaption").ElementAt(1).Value, StringComparison.Ordinal);
        Assert.DoesNotContain(marks, mark => mark.Value.Contains("tf-idf", StringComparison.Ordinal));
    }

    [Fact]
    public void The_summary_names_the_best_and_those_not_worse_and_the_statistics_follow()
    {
        string summary = Page.Root.Descendants("p").First().Value;
        Assert.StartsWith("7 recipes and 1 baseline over 1 to 3 seeds on 20 classes, scored on test and judged by macro-F1.", summary, StringComparison.Ordinal);
        Assert.Contains("The best mean is that of 提示学习 <prompt> with 0.", summary, StringComparison.Ordinal);
        Assert.EndsWith("not significantly worse: recipe-2.", summary, StringComparison.Ordinal);
        Assert.Equal(Data.Sentences, Page.Root.Descendants("ul").First().Elements("li").Select(item => item.Value));
    }

    [Fact]
    public void Norms_of_the_recipes_are_drawn_and_tabulated()
    {
        Assert.Equal(6, Page.Chart("norms").Elements("polyline").Count());
        Assert.Equal($"{Data.Entries[2].ClassNorms[3]:F4}", Page.Table("norms")[0][3]);
    }
}
