using System.Text;
using System.Xml.Linq;

namespace Tailor.Evaluation.Tests;

/// <summary>What reports of runs on pictures show beside those of texts.</summary>
public class PictureReportTests
{
    private static readonly RunReportData Data = ReportSamples.Pictures(30);
    private static readonly ReportPage Page = new(RunReport.ToHtml(Data));

    [Fact]
    public void The_most_frequent_middle_and_rarest_classes_have_strips_of_their_pictures()
    {
        int[] order = ReportSamples.Order(Data.Classes);
        int[] shown = [.. order[..4], .. order[13..17], .. order[^4..]];
        Assert.Equal(shown, PictureChoice.Classes(Data.Classes));
        XElement[] strips = [.. Page.Section("samples")!.Descendants("figure")];
        Assert.Equal(shown.Select(c => Data.Classes[c].Name), strips.Select(strip => strip.Descendants("b").Single().Value));
        foreach ((XElement strip, ClassSamples samples) in strips.Zip(Data.Samples))
        {
            Assert.Equal(samples.Pictures.Select(picture => (picture.Name, $"a training picture of {Data.Classes[samples.Class].Name}", Source(picture))), strip.Elements("img").Select(Shown));
        }
    }

    [Fact]
    public void Few_classes_are_all_shown_but_those_without_training_pictures()
    {
        ReportClass[] classes = [.. Enumerable.Range(0, 13).Select(c => new ReportClass($"{c}", c))];
        Assert.Equal(Enumerable.Range(1, 12).Reverse(), PictureChoice.Classes(classes));
        Assert.Empty(PictureChoice.OfClass(0));
        Assert.Equal([0, 1, 2], PictureChoice.OfClass(3));
        Assert.Equal([0, 1, 2, 3, 4, 5], PictureChoice.OfClass(6));
        Assert.Equal([0, 1, 2, 3, 4, 5], PictureChoice.OfClass(7));
        Assert.Equal([0, 333_333_333, 666_666_666, 1_000_000_000, 1_333_333_333, 1_666_666_666], PictureChoice.OfClass(2_000_000_000));
    }

    [Fact]
    public void Mistakes_of_all_and_of_the_few_shot_classes_have_their_pictures()
    {
        HashSet<int> few = [.. Data.Groups.Single(group => group.Score.Name == "few").Classes];
        (int Index, ScoredExample Example)[] wrong = [.. Data.Predictions.Index().Where(p => p.Item.Gold != p.Item.Predicted).OrderByDescending(p => p.Item.Probability)];
        (int Index, ScoredExample Example)[][] expected = [wrong[..20], [.. wrong.Where(p => few.Contains(p.Example.Gold)).Take(20)]];
        Assert.NotEqual(expected[0], expected[1]);
        XElement[] tables = [.. Page.Section("wrong")!.Descendants("table")];
        Assert.StartsWith("Of the few-shot classes: ", tables[1].Element("caption")!.Value.Trim(), StringComparison.Ordinal);
        foreach ((XElement table, (int Index, ScoredExample Example)[] rows) in tables.Zip(expected))
        {
            Assert.Equal(
                rows.Select(row => (row.Example.Text, $"a picture of {Data.Classes[row.Example.Gold].Name} that was predicted as {Data.Classes[row.Example.Predicted].Name}", Source(Data.PredictionPictures[row.Index]))),
                table.Descendants("img").Select(Shown));
        }

        Assert.Equal(PictureChoice.Predictions(Data), expected.SelectMany(rows => rows.Select(row => row.Index)).Distinct().Order());
    }

    [Fact]
    public void Where_all_classes_are_few_shot_the_tail_is_the_rarer_half()
    {
        RunReportData run = Data with { Classes = [.. Data.Classes.Select(c => c with { TrainCount = 1 + (c.TrainCount / 50) })], Groups = [.. Data.Groups.Select(group => group.Score.Name == "few" ? group with { Classes = [.. Enumerable.Range(0, 30)] } : group with { Classes = [] })] };
        ReportPage page = new(RunReport.ToHtml(run));
        string[] half = [.. ReportSamples.Order(run.Classes).TakeLast(15).Select(c => run.Classes[c].Name)];
        Assert.StartsWith("Of the rarer half of the classes: ", page.Section("wrong")!.Descendants("caption").ElementAt(1).Value.Trim(), StringComparison.Ordinal);
        Assert.All(page.Table("wrong", 1), row => Assert.Contains(row[1], half));
    }

    [Fact]
    public void Cells_are_as_strong_as_the_share_of_the_class_and_bars_as_high_as_that_of_all()
    {
        PromptUsage usage = Data.PromptUsage!;
        XElement chart = Page.Chart("prompts");
        XElement[] bars = [.. chart.Elements("rect").Where(bar => ReportPage.Has(bar, "bar"))];
        double unit = bars.Zip(usage.Totals).Max(pair => ReportPage.Number(pair.First, "height")) / usage.Totals.Max();
        Assert.All(bars.Zip(usage.Totals), pair => Assert.Equal(pair.Second * unit, ReportPage.Number(pair.First, "height"), 0.2));

        double[][] shares = [.. usage.Counts.Zip(usage.Pictures, (row, pictures) => row.Select(count => pictures == 0 ? 0 : (double)count / pictures).ToArray())];
        double most = shares.Max(row => row.Max());
        var cells = chart.Elements("rect").Where(cell => ReportPage.Has(cell, "cell") && cell.Element("title") is not null).ToDictionary(cell => cell.Element("title")!.Value, cell => ReportPage.Number(cell, "fill-opacity"));
        var expected = shares.Index().SelectMany(row => row.Item.Index().Where(share => share.Item > 0).Select(share => (Title: $"{Data.Classes[row.Index].Name}, set {share.Index}: {share.Item:0.###}", Share: share.Item))).ToArray();
        Assert.Equal(expected.Length, cells.Count);
        Assert.All(expected, cell => Assert.Equal(cell.Share / most, cells[cell.Title], 0.006));

        string[] names = [.. chart.Elements("text").Where(text => text.Attribute("text-anchor")?.Value == "end" && text.Attribute("class") is null).Select(text => text.Nodes().OfType<XText>().Single().Value)];
        Assert.All(names.Zip(ReportSamples.Order(Data.Classes)), pair => Assert.StartsWith(pair.First.TrimEnd('…'), Data.Classes[pair.Second].Name, StringComparison.Ordinal));
        Assert.Equal(30, names.Length);
    }

    [Fact]
    public void The_use_of_each_set_stands_in_the_table_and_the_dead_ones_in_words()
    {
        PromptUsage usage = Data.PromptUsage!;
        string[][] rows = Page.Table("prompts");
        int all = usage.Pictures.Sum();
        Assert.Equal(usage.Totals.Select((total, set) => $"{set} {total} {100.0 * total / all:F1} % {usage.Counts.Count(row => row[set] > 0)}"), rows.Select(row => string.Join(' ', row[..4])));
        string[] dead = [.. rows.Where(row => row[1] == "0").Select(row => row[0])];
        Assert.Equal(["4", "9", "14", "19"], dead);
        Assert.EndsWith("; 4 of 20 sets were never chosen: 4, 9, 14, 19.", Page.Section("prompts")!.Element("p")!.Value, StringComparison.Ordinal);
        Assert.EndsWith(" %; 4 of 20 sets were never chosen", usage.ToSentence("test"), StringComparison.Ordinal);
    }

    [Fact]
    public void Many_classes_share_rows_each_class_with_equal_weight()
    {
        // 80 classes in rows of two: the first of each pair chooses set 0 with all its pictures, the second with a tenth of its many.
        ReportClass[] classes = [.. Enumerable.Range(0, 80).Select(c => new ReportClass($"class {c}", 1000 - c))];
        var usage = new PromptUsage([.. Enumerable.Range(0, 80).Select(c => (IReadOnlyList<int>)[c % 2 == 0 ? 1 : 10, 0])], [.. Enumerable.Range(0, 80).Select(c => c % 2 == 0 ? 1 : 100)]);
        XElement chart = new ReportPage(RunReport.ToHtml(ReportSamples.Pictures(80) with { Classes = classes, Samples = [], PromptUsage = usage })).Chart("prompts");
        string[] titles = [.. chart.Elements("rect").Where(cell => ReportPage.Has(cell, "cell")).Select(cell => cell.Element("title")?.Value).OfType<string>()];
        Assert.Equal(Enumerable.Range(0, 40).Select(row => $"{1000 - (2 * row):N0} to {999 - (2 * row):N0} examples, set 0: 0.55"), titles);
    }

    [Fact]
    public void A_page_of_a_thousand_classes_stays_small_whatever_the_pictures()
    {
        RunReportData run = ReportSamples.Pictures(1000, thumbnail: Imaging.Thumbnail.MaxLength, examplesPerClass: 5);
        run = run with { Samples = [.. run.Samples.Select(samples => samples with { Pictures = [.. Enumerable.Repeat(samples.Pictures[0], PictureChoice.PerClass)] })] };

        // Models that choose prompt sets have a cosine head, whose norms say nothing and are not kept.
        foreach (RunReportData data in new[] { run with { PromptUsage = null }, run with { Classes = [.. run.Classes.Select(c => c with { Norm = null })] } })
        {
            string html = RunReport.ToHtml(data);
            Assert.Equal(72 + 40, new ReportPage(html).Root.Descendants("img").Count());
            Assert.InRange(Encoding.UTF8.GetByteCount(html), 800_000, 1_550_000);
        }
    }

    [Fact]
    public void Equal_data_give_equal_bytes() => Assert.Equal(RunReport.ToHtml(ReportSamples.Pictures(30)), RunReport.ToHtml(ReportSamples.Pictures(30)));

    [Fact]
    public void Accuracy_of_groups_stands_in_the_summary()
    {
        GroupScore[] shots = [.. Data.Groups.Select(group => group.Score).Where(score => score.Name is "many" or "medium" or "few")];
        Assert.Contains("By training examples, accuracy is " + string.Join(", ", shots.Select(score => $"{score.Accuracy:F4} on {score.Name} ({score.Classes} classes)")) + ".", Page.Root.Descendants("p").First().Value, StringComparison.Ordinal);
        Assert.DoesNotContain("Head F1", Page.Root.Descendants("p").First().Value, StringComparison.Ordinal);
        Assert.Equal(["accuracy", "many accuracy", "medium accuracy", "few accuracy", "macro-F1"], Page.Root.Descendants("dt").Select(key => key.Value).Take(5));
    }

    [Fact]
    public void Usage_that_cannot_be_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new PromptUsage([], []));
        Assert.Throws<ArgumentException>(() => new PromptUsage([[]], [1]));
        Assert.Throws<ArgumentException>(() => new PromptUsage([[1], [1, 1]], [1, 1]));
        Assert.Throws<ArgumentException>(() => new PromptUsage([[1]], [1, 1]));
        Assert.Throws<ArgumentException>(() => new PromptUsage([[-1]], [1]));
        Assert.Throws<ArgumentException>(() => new PromptUsage([[2]], [1]));
    }

    private static (string Name, string Alt, string Source) Shown(XElement img) => (img.Attribute("title")!.Value, img.Attribute("alt")!.Value, img.Attribute("src")!.Value);

    private static string Source(ReportPicture picture) => "data:image/jpeg;base64," + Convert.ToBase64String(picture.Jpeg.ToArray());
}
