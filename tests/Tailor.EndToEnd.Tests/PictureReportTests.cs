using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Tailor.Evaluation;
using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor.EndToEnd.Tests;

/// <summary>The page that a run on pictures leaves.</summary>
public sealed class PictureReportTests(TinyPictures world)
{
    private const string Src = "data:image/jpeg;base64,";

    [Fact]
    public void Without_the_pictures_the_run_folder_makes_the_same_bytes()
    {
        using TemporaryFolder folder = Copy();
        string run = folder.In("run");
        byte[] left = File.ReadAllBytes(Path.Combine(run, "report.html"));
        File.Delete(Path.Combine(run, "report.html"));

        // The run names its data by their path; nothing is at this one.
        string description = Path.Combine(run, "run.json");
        File.WriteAllText(description, File.ReadAllText(description).Replace(world.Data, folder.In("gone"), StringComparison.Ordinal));
        Assert.Empty(Reports.Write(run));
        Assert.Equal(System.Text.Encoding.UTF8.GetString(left).Replace(world.Data, folder.In("gone"), StringComparison.Ordinal).Replace("on pictures<", "on gone<", StringComparison.Ordinal), File.ReadAllText(Path.Combine(run, "report.html")));
        Assert.InRange(left.Length, 20_000, 1_500_000);
    }

    [Fact]
    public void Each_class_has_a_strip_of_its_training_pictures()
    {
        XElement[] strips = [.. Section("samples").Descendants("figure")];
        Assert.Equal(TinyPictures.Counts.Select(c => $"{c.Key} {c.Value} training picture{(c.Value == 1 ? "" : "s")}"), strips.Select(strip => strip.Element("figcaption")!.Value.Trim()));
        Assert.Equal(TinyPictures.Counts.Values.Select(count => Math.Min(count, 6)), strips.Select(strip => strip.Elements("img").Count()));
        Assert.All(strips.Zip(TinyPictures.Counts.Keys), pair => Assert.All(pair.First.Elements("img"), img =>
        {
            // The title is the file, which lies in the class's folder, and the thumbnail has its proportions.
            Assert.StartsWith(pair.Second + "/", img.Attribute("title")!.Value, StringComparison.Ordinal);
            Imaging.Picture whole = Imaging.PictureDecoder.Decode(Path.Combine(world.Data, "train", img.Attribute("title")!.Value)), small = Decode(img);
            Assert.Equal((double)whole.Width / whole.Height, (double)small.Width / small.Height, 0.5 * whole.Width / whole.Height / Math.Min(small.Width, small.Height));
        }));
        string[] discs = [.. Directory.EnumerateFiles(Path.Combine(world.Data, "train", "discs & rings")).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];
        Assert.Equal(new[] { 0, 18, 36, 55, 73, 91 }.Select(i => discs[i]), strips[0].Elements("img").Select(img => Path.GetFileName(img.Attribute("title")!.Value)));
    }

    [Fact]
    public void Mistakes_of_all_and_of_the_tail_stand_beside_their_pictures()
    {
        (IReadOnlyList<string> labels, IReadOnlyList<ScoredExample> predictions) = PredictionFile.Read(Path.Combine(world.Finished, "predictions.jsonl"));
        ScoredExample[] wrong = [.. predictions.Where(example => example.Predicted != example.Gold).OrderByDescending(example => example.Probability)];
        string[] few = ["stripes", "dots", "it's a line"];
        XElement[][] tables = [.. Section("wrong").Descendants("tbody").Select(body => body.Elements("tr").ToArray())];
        foreach ((XElement[] rows, ScoredExample[] expected) in tables.Zip(new[] { wrong.Take(20).ToArray(), [.. wrong.Where(example => few.Contains(labels[example.Gold])).Take(20)] }))
        {
            Assert.NotEmpty(expected);
            Assert.Equal(expected.Length, rows.Length);
            foreach ((XElement row, ScoredExample example) in rows.Zip(expected))
            {
                XElement img = row.Descendants("img").Single();
                Assert.Equal(Path.GetRelativePath(Path.Combine(world.Data, "test"), example.Text), img.Attribute("title")!.Value);
                Assert.Equal($"a picture of {labels[example.Gold]} that was predicted as {labels[example.Predicted]}", img.Attribute("alt")!.Value);
                Assert.Equal(Path.GetRelativePath(Path.Combine(world.Data, "test"), example.Text), row.Elements().First().Value.Trim());
                Assert.Equal(Imaging.Thumbnail.Encode(Imaging.PictureDecoder.Decode(example.Text)), Bytes(img));
            }
        }

        Assert.Equal(2, tables.Length);
    }

    [Fact]
    public void The_use_of_the_prompt_sets_is_kept_said_and_drawn()
    {
        JsonNode result = JsonNode.Parse(File.ReadAllText(Path.Combine(world.Finished, "result.json")))!;
        int[][] counts = [.. result["prompt_usage"]!.AsArray().Select(row => row!.AsArray().Select(count => count!.GetValue<int>()).ToArray())];
        Assert.Equal((5, 8), (counts.Length, counts[0].Length));

        // Each of the six test pictures of a class chose two sets.
        Assert.All(counts, row => Assert.Equal(12, row.Sum()));
        Assert.All(counts, row => Assert.All(row, count => Assert.InRange(count, 0, 6)));
        int[] totals = [.. Enumerable.Range(0, 8).Select(set => counts.Sum(row => row[set]))];
        string remark = world.Said.OfType<Remark>().Single(said => said.Text.StartsWith("prompt sets", StringComparison.Ordinal)).Text;
        Assert.Contains($"of the 30 pictures of test, sets 0 to 7 were chosen by {string.Join(' ', totals.Select(total => $"{total / 0.3:0}"))} %", remark, StringComparison.Ordinal);
        int dead = totals.Count(total => total == 0);
        Assert.Contains(dead == 0 ? "each of the 8 sets was chosen" : $"{dead} of 8 sets {(dead == 1 ? "was" : "were")} never chosen", remark, StringComparison.Ordinal);

        string[] drawn = [.. Section("prompts").Descendants("svg").First().Elements("rect").Select(cell => cell.Element("title")?.Value).OfType<string>().Where(title => title.Contains(", set ", StringComparison.Ordinal))];
        string[] labels = [.. result["scores"]!["per_class"]!.AsArray().Select(c => c!["label"]!.GetValue<string>())];
        IEnumerable<string> expected = labels.SelectMany((label, c) => Enumerable.Range(0, 8).Where(set => counts[c][set] > 0).Select(set => $"{label}, set {set}: {counts[c][set] / 6.0:0.###}"));
        Assert.Equal(expected.Order(StringComparer.Ordinal), drawn.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_accuracy_of_groups_stands_in_the_summaries_of_runs_and_comparisons()
    {
        JsonNode result = JsonNode.Parse(File.ReadAllText(Path.Combine(world.Finished, "result.json")))!;
        double[] accuracies = [.. new[] { "many", "medium", "few" }.Select(name => result["scores"]!["groups"]!.AsArray().Single(group => group!["name"]!.GetValue<string>() == name)!["accuracy"]!.GetValue<double>())];
        Assert.Contains($"accuracy is {accuracies[0]:F4} on many (1 class), {accuracies[1]:F4} on medium (1 class), {accuracies[2]:F4} on few (3 classes)", Page().Descendants("p").First().Value, StringComparison.Ordinal);
        string[] keys = [.. Page().Descendants("dt").Select(key => key.Value)];
        Assert.Equal(["accuracy", "many accuracy", "medium accuracy", "few accuracy"], keys[..4]);

        using var folder = new TemporaryFolder();
        ComparisonResult compared = Comparison.Run(world.Comparing(folder.In("cmp"), "vit-linear-probe"), progress: null, CancellationToken.None);
        compared.WriteReport();
        XElement page = XElement.Parse(File.ReadAllText(folder.In("cmp/report.html"))["<!DOCTYPE html>\n".Length..]);
        Assert.Contains("accuracy by training examples: ", page.Descendants("p").First().Value, StringComparison.Ordinal);
        Assert.Equal(["accuracy", "many accuracy", "medium accuracy", "few accuracy"], page.Descendants("thead").First().Descendants("th").Select(th => th.Value).Where(name => name.EndsWith("accuracy", StringComparison.Ordinal)));
        Assert.Single(compared.Rows);
    }

    [Fact]
    public void What_is_missing_is_said_and_what_is_damaged_is_refused()
    {
        using TemporaryFolder folder = Copy();
        string run = folder.In("run"), pictures = Path.Combine(run, "pictures.json"), whole = File.ReadAllText(pictures);
        File.Delete(pictures);
        Assert.Contains("pictures.json is missing", Assert.Single(Reports.Write(run)), StringComparison.Ordinal);
        Assert.DoesNotContain("<img", File.ReadAllText(Path.Combine(run, "report.html")), StringComparison.Ordinal);

        string first = JsonNode.Parse(whole)!["samples"]![0]!["pictures"]![0]!["jpeg"]!.GetValue<string>();
        string[] damaged =
        [
            whole[..(whole.Length / 2)],
            whole.Replace("\"class\": 0", "\"class\": 5", StringComparison.Ordinal),
            whole.Replace("\"class\": 0", "\"class\": -1", StringComparison.Ordinal),
            whole.Replace(JsonValue.Create(first).ToJsonString(), $"\"{Convert.ToBase64String("<svg onload='x'/>"u8)}\"", StringComparison.Ordinal),
            whole.Replace(JsonValue.Create(first).ToJsonString(), "\"no base64\"", StringComparison.Ordinal),
            whole.Replace("\"predictions\"", "\"prediction\"", StringComparison.Ordinal),
            new string(' ', 5 << 20) + whole,
        ];
        foreach (string text in damaged)
        {
            Assert.NotEqual(whole, text);
            File.WriteAllText(pictures, text);
            Assert.Contains("pictures.json", Assert.Throws<InputException>(() => Reports.Write(run)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Pictures_that_were_moved_before_the_end_are_left_out_and_said()
    {
        using var folder = new TemporaryFolder();
        _ = world.Finished;
        string probe = Path.Combine(world.Data, "train", "it's a line", "0.png"), away = folder.In("away.png");
        List<string> said = [];
        bool moved = false;
        try
        {
            // The last part that the run reads is scored after the last step; a file of train is not read again but for the report.
            world.Train(folder.In("run"), "lpt", new Listener(e =>
            {
                if (e is Remark remark)
                {
                    said.Add(remark.Text);
                    if (!moved && remark.Text.StartsWith("prompt sets", StringComparison.Ordinal))
                    {
                        moved = true;
                        File.Move(probe, away);
                    }
                }
            }));
        }
        finally
        {
            if (moved)
            {
                File.Move(away, probe);
            }
        }

        Assert.Contains("1 of the pictures for the report could not be read again; it does without them", said);
        Assert.Equal(4, XElement.Parse(File.ReadAllText(folder.In("run/report.html"))["<!DOCTYPE html>\n".Length..]).Descendants("figure").Count(figure => figure.Attribute("class")?.Value == "strip"));
    }

    private static Imaging.Picture Decode(XElement img) => Imaging.PictureDecoder.Decode(Bytes(img), "a thumbnail");

    private static byte[] Bytes(XElement img)
    {
        string src = img.Attribute("src")!.Value;
        Assert.Matches(new Regex("^data:image/jpeg;base64,[A-Za-z0-9+/]+=*$", RegexOptions.ExplicitCapture), src);
        return Convert.FromBase64String(src[Src.Length..]);
    }

    private TemporaryFolder Copy()
    {
        var folder = new TemporaryFolder();
        foreach (string file in Directory.EnumerateFiles(world.Finished, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(folder.In("run"), Path.GetRelativePath(world.Finished, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return folder;
    }

    private XElement Page() => XElement.Parse(File.ReadAllText(Path.Combine(world.Finished, "report.html"))["<!DOCTYPE html>\n".Length..], LoadOptions.PreserveWhitespace);

    private XElement Section(string id) => Page().Descendants("section").Single(section => section.Attribute("id")!.Value == id);

    private sealed class Listener(Action<TrainingEvent> hear) : IProgress<TrainingEvent>
    {
        public void Report(TrainingEvent value) => hear(value);
    }
}
