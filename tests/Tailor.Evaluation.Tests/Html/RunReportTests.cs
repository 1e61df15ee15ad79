using System.Globalization;
using System.Xml.Linq;

namespace Tailor.Evaluation.Tests;

public class RunReportTests
{
    private static readonly RunReportData Data = ReportSamples.Run(30);
    private static readonly ReportClass[] HeadToTail = [.. ReportSamples.Order(Data.Classes).Select(c => Data.Classes[c])];
    private static readonly ReportPage Page = new(RunReport.ToHtml(Data));

    [Fact]
    public void The_table_of_classes_has_the_figures_of_the_run_from_head_to_tail()
    {
        Assert.Equal(["class", "train", "test", "precision", "recall", "F1", "predicted", "norm"], Page.Headings("classes"));
        string[][] rows = Page.Table("classes");
        Assert.NotEqual(Data.Classes, HeadToTail);
        foreach ((ReportClass c, string[] row) in HeadToTail.Zip(rows).SkipLast(1))
        {
            Assert.Equal([c.Name, $"{c.TrainCount:N0}", $"{c.Score!.Support}", $"{c.Score.Precision:F4}", $"{c.Score.Recall:F4}", $"{c.Score.F1:F4}", $"{c.Score.Predicted}", $"{c.Norm:F4}"], row);
        }

        Assert.Equal(["class-29", "2", "0", "-", "-", "-", "0"], rows[^1][..7]);
    }

    [Fact]
    public void Bars_of_f1_are_as_long_as_the_f1_and_coloured_by_head_and_tail()
    {
        XElement chart = Page.Chart("classes", 1);
        XElement[] bars = [.. chart.Elements("rect").Where(bar => ReportPage.Has(bar, "bar"))];
        ReportClass[] scored = [.. HeadToTail.Where(c => c.Score!.Support > 0)];
        Assert.Equal(scored.Length, bars.Length);
        double unit = ReportPage.Number(bars[0], "width") / scored[0].Score!.F1;
        Assert.All(bars.Zip(scored), pair => Assert.Equal(pair.Second.Score!.F1 * unit, ReportPage.Number(pair.First, "width"), 0.4));
        string[] tail = [.. Data.Groups.Single(group => group.Score.Name == "tail").Classes.Select(c => Data.Classes[c].Name)];
        Assert.Equal(scored.Select(c => tail.Contains(c.Name)), bars.Select(bar => ReportPage.Has(bar, "s2")));
        Assert.Contains(chart.Elements("text"), text => text.Value == "no scored examples");
    }

    [Fact]
    public void Bars_of_training_examples_are_logarithmic_and_one_example_still_has_a_length()
    {
        RunReportData run = ReportSamples.Run(4);
        int[] counts = [1000, 10, 1, 0];
        ReportPage page = new(RunReport.ToHtml(run with { Classes = [.. run.Classes.Select((c, i) => c with { TrainCount = counts[i] })] }));
        double[] lengths = [.. page.Chart("classes").Elements("rect").Where(bar => ReportPage.Has(bar, "bar")).Select(bar => ReportPage.Number(bar, "width"))];
        Assert.Equal(0, lengths[3]);
        Assert.InRange(lengths[2], 2, lengths[1] - 1);
        Assert.Equal((lengths[0] - lengths[1]) / 2, lengths[1] - lengths[2], 0.3);
    }

    [Fact]
    public void Groups_stand_as_headings_in_their_order_and_empty_ones_do_not()
    {
        string[] Headings(ReportPage page) => [.. page.Chart("classes").Elements("text").Where(text => ReportPage.Has(text, "heading")).Select(text => text.Value)];
        Assert.Equal(["many", "medium", "few"], Headings(Page));
        Assert.Equal(["many", "medium"], Headings(new ReportPage(RunReport.ToHtml(ReportSamples.Run(2)))));
        Assert.Equal(["few", "0", "0", "-", "-", "-", "-"], new ReportPage(RunReport.ToHtml(ReportSamples.Run(2))).Table("scores")[^1]);
    }

    [Fact]
    public void Rows_of_confusion_add_up_to_the_class_and_the_table_to_the_errors()
    {
        XElement chart = Page.Chart("confusions");
        XElement[] cells = [.. chart.Elements("rect")];
        int shown = (int)Math.Round((-1 + Math.Sqrt(1 + (4 * cells.Length))) / 2);
        Assert.Equal(shown * (shown + 1), cells.Length);
        foreach (XElement[] row in cells.Chunk(shown + 1))
        {
            string[] titles = [.. row.Select(cell => cell.Element("title")!.Value)];
            Assert.Equal(int.Parse(titles[0].Split(' ')[2]), titles.Sum(title => int.Parse(title.Split(' ')[0])));
            Assert.Single(row, cell => ReportPage.Has(cell, "right"));
        }

        string[][] pairs = Page.Table("confusions");
        var expected = Data.Predictions.Where(p => p.Gold != p.Predicted).CountBy(p => (p.Gold, p.Predicted)).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key).ToArray();
        Assert.Equal(expected.Take(pairs.Length).Select(pair => (Data.Classes[pair.Key.Gold].Name, Data.Classes[pair.Key.Predicted].Name, $"{pair.Value}")), pairs.Select(row => (row[0], row[1], row[2])));
        Assert.Equal($"{expected[0].Value / 10.0:P0}", pairs[0][3]);
    }

    [Fact]
    public void Learning_goes_on_from_stage_to_stage_and_marks_the_best()
    {
        XElement chart = Page.Chart("learning");
        Assert.Equal(["stage 2", "stage 2"], chart.Elements("text").Select(text => text.Value).Where(text => text.StartsWith("stage", StringComparison.Ordinal)));
        Assert.Contains("best", chart.Elements("text").Select(text => text.Value));
        XElement curve = chart.Elements("polyline").First();
        double[] x = [.. ReportPage.Places(curve).Select(place => place.X)];
        Assert.Equal(22, x.Length);
        Assert.All(x.Zip(x.Skip(1)), pair => Assert.Equal(x[1] - x[0], pair.Second - pair.First, 0.11));
        double best = ReportPage.Number(chart.Elements("line").First(line => ReportPage.Has(line, "average")), "x1");
        Assert.Equal(x[10 + 8 - 1], best, 0.11);

        Assert.Equal(22, Page.Table("learning").Length);
        Assert.Equal(["2: 80 ↑", .. new[] { "macro_f1", "head_f1", "tail_f1", "accuracy", "log_loss" }.Select(name => $"{Data.Learning[17].Values[name]:F4}")], Page.Table("learning")[17]);
        Assert.Equal("2: 90", Page.Table("learning")[18][0]);
    }

    [Fact]
    public void Calibration_has_the_answers_of_each_bin_and_the_error()
    {
        string[][] rows = Page.Table("calibration");
        Assert.Equal(Data.Predictions.Count, rows.Sum(row => int.Parse(row[1])));
        Assert.Equal(Data.Predictions.Count(p => p.Gold == p.Predicted), rows.Sum(row => int.Parse(row[2])));
        double error = rows.Sum(row => int.Parse(row[1]) * Math.Abs(double.Parse(row[3], CultureInfo.InvariantCulture) - double.Parse(row[4], CultureInfo.InvariantCulture))) / Data.Predictions.Count;
        Assert.Equal(Data.Scores["ece"], error, 1e-4);
        Assert.Contains($"ECE {Data.Scores["ece"]:F4}", Page.Chart("calibration").Elements("text").Select(text => text.Value));
    }

    [Fact]
    public void The_twenty_surest_errors_are_listed_surest_first()
    {
        ScoredExample[] expected = [.. Data.Predictions.Where(p => p.Gold != p.Predicted).OrderByDescending(p => p.Probability).Take(20)];
        Assert.Equal(20, expected.Length);
        Assert.Equal(expected.Select(p => (p.Text, Data.Classes[p.Gold].Name, Data.Classes[p.Predicted].Name, $"{p.Probability:F4}", $"{p.GoldProbability:F4}")), Page.Table("wrong").Select(row => (row[0], row[1], row[2], row[3], row[4])));
    }

    [Fact]
    public void Norms_are_drawn_head_to_tail_with_their_correlation()
    {
        double[] heights = [.. ReportPage.Places(Page.Chart("norms").Elements("polyline").Single()).Select(place => place.Y)];
        double[] norms = [.. HeadToTail.Select(c => c.Norm!.Value)];
        double unit = (heights[^1] - heights[0]) / (norms[0] - norms[^1]);
        Assert.All(heights.Zip(norms), pair => Assert.Equal(heights[0] + ((norms[0] - pair.Second) * unit), pair.First, 0.2));
        Assert.Matches(@"\(Spearman\) is (0\.9\d|1\.00)\.", Page.Section("norms")!.Element("p")!.Value);
        Assert.Null(new ReportPage(RunReport.ToHtml(Data with { Classes = [.. Data.Classes.Select(c => c with { Norm = null })] })).Section("norms"));
    }

    [Fact]
    public void The_summary_says_in_words_what_the_figures_say()
    {
        string summary = Page.Root.Descendants("p").First().Value;
        Assert.StartsWith($"The recipe cls-tanh was trained with seed 42 on {Data.Classes.Sum(c => c.TrainCount):N0} examples of 30 classes; the largest class has 701, the smallest 2, a ratio of 350.5 to 1.", summary, StringComparison.Ordinal);
        Assert.Contains("step 80, the best on dev by macro-F1 (0.7500)", summary, StringComparison.Ordinal);
        Assert.Contains($"accuracy {Data.Scores["accuracy"]:F4} and macro-F1 {Data.Scores["macro_f1"]:F4}", summary, StringComparison.Ordinal);
        Assert.Contains($"Head F1 is {Data.Scores["head_f1"]:F4} over 15 classes and tail F1 {Data.Scores["tail_f1"]:F4} over 14 classes", summary, StringComparison.Ordinal);
        Assert.Contains("Without scored examples: class-29.", summary, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_missing_is_left_out_and_said()
    {
        ReportPage page = new(RunReport.ToHtml(Data with { Predictions = [], Learning = [], Remarks = ["predictions.jsonl is missing"] }));
        Assert.All(new[] { "confusions", "calibration", "wrong", "learning" }, id => Assert.Null(page.Section(id)));
        Assert.Equal(["predictions.jsonl is missing"], page.Root.Descendants("ul").First(list => ReportPage.Has(list, "remarks")).Elements("li").Select(item => item.Value));
        Assert.NotNull(page.Section("classes"));
    }
}
