using System.Xml.Linq;

namespace Tailor.Evaluation.Tests;

/// <summary>What holds of every page, whatever it shows.</summary>
public class EveryPageTests
{
    private static readonly Dictionary<string, Lazy<string>> Made = new(StringComparer.Ordinal)
    {
        ["run of 1 class"] = new(() => RunReport.ToHtml(ReportSamples.Run(1))),
        ["run of 2 classes"] = new(() => RunReport.ToHtml(ReportSamples.Run(2))),
        ["run of 30 classes"] = new(() => RunReport.ToHtml(ReportSamples.Run(30))),
        ["run of 100 classes"] = new(() => RunReport.ToHtml(ReportSamples.Run(100))),
        ["run of 700 classes"] = new(() => RunReport.ToHtml(ReportSamples.Run(700, examplesPerClass: 2))),
        ["run of one evaluation"] = new(() => RunReport.ToHtml(ReportSamples.Run(5) with { Learning = [new LearningPoint(1, 7, true, new Dictionary<string, double>(StringComparer.Ordinal) { ["macro_f1"] = 0 })], BestStep = 7 })),
        ["run without groups"] = new(() => RunReport.ToHtml(ReportSamples.Run(5) with { Groups = [] })),
        ["run of equal norms and no training examples"] = new(() => RunReport.ToHtml(ReportSamples.Run(5) is var run ? run with { Classes = [.. run.Classes.Select(c => c with { TrainCount = 0, Norm = 2 })] } : null!)),
        ["run that kept no predictions"] = new(() => RunReport.ToHtml(ReportSamples.Run(5) with { Predictions = [], Remarks = ["predictions.jsonl is <missing>"] })),
        ["run that was never scored"] = new(() => RunReport.ToHtml(Unscored())),
        ["pictures of 2 classes, 1 prompt set"] = new(() => RunReport.ToHtml(ReportSamples.Pictures(2, sets: 1))),
        ["pictures of 30 classes"] = new(() => RunReport.ToHtml(ReportSamples.Pictures(30))),
        ["pictures of 700 classes, 130 prompt sets"] = new(() => RunReport.ToHtml(ReportSamples.Pictures(700, sets: 130, examplesPerClass: 2))),
        ["pictures of 3 classes, 4096 prompt sets"] = new(() => RunReport.ToHtml(ReportSamples.Pictures(3, sets: 4096))),
        ["pictures that chose no prompt set"] = new(() => RunReport.ToHtml(ReportSamples.Pictures(3) with { PromptUsage = new PromptUsage([[0, 0], [0, 0], [0, 0]], [0, 0, 0]) })),
        ["pictures that nobody kept"] = new(() => RunReport.ToHtml(ReportSamples.Pictures(5) with { Samples = [], PredictionPictures = new Dictionary<int, ReportPicture>() })),
        ["comparison of pictures"] = new(() => ComparisonReport.ToHtml(ReportSamples.Comparison(9, 3) with { ReadsPictures = true })),
        ["comparison of 1"] = new(() => ComparisonReport.ToHtml(ReportSamples.Comparison(3, 1))),
        ["comparison of 3"] = new(() => ComparisonReport.ToHtml(ReportSamples.Comparison(3, 3))),
        ["comparison of 14"] = new(() => ComparisonReport.ToHtml(ReportSamples.Comparison(60, 14))),
        ["comparison of nothing known"] = new(() => ComparisonReport.ToHtml(Bare())),
    };

    public static IEnumerable<TheoryDataRow<string>> Pages => Made.Keys.Select(name => new TheoryDataRow<string>(name));

    [Theory]
    [MemberData(nameof(Pages))]
    public void It_runs_nothing_and_fetches_nothing(string name)
    {
        string html = Made[name].Value;
        XElement root = new ReportPage(html).Root;
        Assert.DoesNotContain(root.Descendants(), element => element.Name.LocalName is "script" or "link" or "image" or "iframe" or "object" or "embed" or "use" or "form" or "base");
        foreach (XAttribute attribute in root.Descendants().Attributes())
        {
            Assert.False(attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal) || attribute.Name.LocalName is "style" or "srcset", attribute.ToString());
            Assert.True(attribute.Name.LocalName != "src" || (attribute.Parent!.Name.LocalName == "img" && attribute.Value.StartsWith("data:image/jpeg;base64,", StringComparison.Ordinal)), attribute.ToString());
            Assert.True(attribute.Name.LocalName != "href" || root.Descendants("section").Any(section => "#" + section.Attribute("id")!.Value == attribute.Value), attribute.ToString());
        }

        Assert.DoesNotContain("url(", root.Descendants("style").Single().Value, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", root.Descendants("style").Single().Value, StringComparison.Ordinal);
        Assert.DoesNotContain("://", html, StringComparison.Ordinal);
        string policy = root.Descendants("meta").Select(meta => meta.Attribute("content")?.Value).OfType<string>().Single(content => content.StartsWith("default-src 'none'", StringComparison.Ordinal));
        Assert.Equal("default-src 'none'; style-src 'unsafe-inline'" + (root.Descendants("img").Any() ? "; img-src data:" : ""), policy);
        Assert.All(root.Descendants("img"), img => Assert.NotEqual("", img.Attribute("alt")!.Value.Trim()));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Everything_drawn_lies_within_its_picture_and_has_words(string name)
    {
        ReportPage page = new(Made[name].Value);
        Assert.NotEmpty(page.Charts);
        foreach (XElement chart in page.Charts)
        {
            (double width, double height) = ReportPage.Size(chart);
            Assert.Equal(("img", width, height), (chart.Attribute("role")!.Value, ReportPage.Number(chart, "width"), ReportPage.Number(chart, "height")));
            Assert.InRange(chart.Attribute("aria-label")!.Value.Length, 20, int.MaxValue);
            Assert.NotEmpty(chart.Descendants("text"));
            Assert.All(chart.Descendants("text"), text => Assert.NotEqual("", text.Value.Trim()));
            foreach (XElement element in chart.Elements())
            {
                Assert.All(ReportPage.Places(element), place => Assert.True(place.X >= -0.1 && place.X <= width + 0.1 && place.Y >= -0.1 && place.Y <= height + 0.1, $"{element} in {width} x {height}"));
            }

            // Half an em a letter is less than any sans-serif needs: what is beyond the edge then, is cut in every browser.
            foreach (XElement text in chart.Elements("text"))
            {
                double x = ReportPage.Number(text, "x"), wide = text.Nodes().OfType<XText>().Single().Value.Length * 12 * 0.45;
                double left = text.Attribute("text-anchor")?.Value switch { "end" => x - wide, "middle" => x - (wide / 2), _ => x };
                Assert.True(left >= -1 && left + wide <= width + 1, $"{text} in a width of {width}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void No_figure_is_undefined_and_every_table_is_whole(string name)
    {
        ReportPage page = new(Made[name].Value);
        string words = string.Join('\n', page.Root.Descendants().Where(element => element.Name.LocalName is not "style").SelectMany(element => element.Attributes().Select(a => a.Value).Concat(element.Nodes().OfType<XText>().Select(text => text.Value))));
        Assert.DoesNotContain("NaN", words, StringComparison.Ordinal);
        Assert.DoesNotContain("∞", words, StringComparison.Ordinal);
        Assert.DoesNotContain("Infinity", words, StringComparison.Ordinal);
        Assert.NotEmpty(page.Root.Descendants("table"));
        foreach (XElement table in page.Root.Descendants("table"))
        {
            Assert.NotEqual("", table.Element("caption")!.Value);
            int columns = table.Element("thead")!.Descendants("th").Count();
            Assert.All(table.Element("tbody")!.Elements("tr"), row => Assert.Equal(columns, row.Elements().Count()));
            Assert.All(table.Element("tbody")!.Elements("tr"), row => Assert.Equal("row", row.Elements().First().Attribute("scope")!.Value));
        }
    }

    [Fact]
    public void Equal_data_give_equal_bytes()
    {
        Assert.Equal(RunReport.ToHtml(ReportSamples.Run(30)), RunReport.ToHtml(ReportSamples.Run(30)));
        Assert.Equal(ComparisonReport.ToHtml(ReportSamples.Comparison(9, 4)), ComparisonReport.ToHtml(ReportSamples.Comparison(9, 4)));
    }

    [Fact]
    public void What_users_gave_is_text_and_nothing_else()
    {
        RunReportData run = ReportSamples.Run(8);
        ReportPage page = new(RunReport.ToHtml(run));
        Assert.Equal(ReportSamples.Order(run.Classes).Select(c => run.Classes[c].Name), page.Table("classes").Select(row => row[0]));
        Assert.Equal(run.Title, page.Root.Descendants("h1").Single().Value);
        Assert.Equal(run.Title, page.Root.Descendants("title").First().Value);
        Assert.Equal(run.Files[0].Content, page.Section("settings")!.Descendants("pre").Single().Value);
        Assert.All(page.Table("wrong"), row => Assert.Matches(@"^text \d+ 文本 <b>&$", row[0]));
        Assert.Contains(page.Chart("classes").Descendants("text"), text => text.FirstNode is XText { Value: "<script>alert(\"x\")</script>" });

        ReportPage comparison = new(ComparisonReport.ToHtml(ReportSamples.Comparison(8, 3)));
        Assert.Equal("2 提示学习 <prompt> ★", comparison.Table("scores")[1][0]);
        Assert.Equal("<b>No</b> recipe loses to the baseline.", comparison.Root.Descendants("li").ElementAt(1).Value);
    }

    [Fact]
    public void Characters_that_a_page_cannot_hold_are_replaced()
    {
        RunReportData run = ReportSamples.Run(2);
        ReportClass[] classes = [run.Classes[0] with { Name = "bell\u0007 half\ud800 \uffff" }, run.Classes[1] with { Name = "whole 😀" }];
        Assert.Equal(["bell\ufffd half\ufffd \ufffd", "whole 😀"], new ReportPage(RunReport.ToHtml(run with { Classes = classes })).Table("classes").Select(row => row[0]));
    }

    [Fact]
    public void Nothing_to_report_on_is_refused()
    {
        Assert.Throws<ArgumentException>(() => RunReport.ToHtml(ReportSamples.Run(2) with { Classes = [] }));
        Assert.Throws<ArgumentException>(() => ComparisonReport.ToHtml(ReportSamples.Comparison(2, 1) with { Entries = [] }));
    }

    private static RunReportData Unscored() => new() { Title = "t", Recipe = "r", Seed = 1, Classes = [new("a", 3), new("b", 1)], Facts = [new("threads", "1")], Remarks = ["Nothing was scored."] };

    private static ComparisonReportData Bare() => new()
    {
        Title = "t",
        Metric = "macro_f1",
        Classes = [new("a", 3), new("b", 1)],
        Entries = [new ComparedEntry { Name = "x", Scores = new Dictionary<string, IReadOnlyList<double>>(StringComparer.Ordinal) }],
    };
}
