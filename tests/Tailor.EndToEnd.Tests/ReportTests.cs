using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace Tailor.EndToEnd.Tests;

/// <summary>The page that a run leaves, and the command that makes it again.</summary>
public sealed class ReportTests(TinyWorld world)
{
    [Fact]
    public void A_run_leaves_its_report_and_the_command_makes_the_same_bytes()
    {
        string run = world.Finished(out _);
        byte[] left = File.ReadAllBytes(Path.Combine(run, "report.html"));
        using var folder = new TemporaryFolder();
        ProcessResult again = world.Run("report", "finished", "--out", folder.In("again.html"));
        Assert.Equal((0, folder.In("again.html") + "\n", ""), (again.ExitCode, again.Output, again.Error));
        Assert.True(left.AsSpan().SequenceEqual(File.ReadAllBytes(folder.In("again.html"))));

        world.CopyTo(folder);
        world.CopyFinished(folder, "run");
        File.Delete(folder.In("run/report.html"));
        ProcessResult inPlace = TailorProcess.Run(["report", folder.In("run")]);
        Assert.Equal((0, folder.In("run/report.html") + "\n", ""), (inPlace.ExitCode, inPlace.Output, inPlace.Error));
        Assert.Equal(File.ReadAllText(folder.In("again.html")).Replace(world.Path, folder.Path, StringComparison.Ordinal), File.ReadAllText(folder.In("run/report.html")));
    }

    [Fact]
    public void The_report_has_the_figures_of_the_run()
    {
        string run = world.Finished(out _);
        XElement page = Page(Path.Combine(run, "report.html"));
        JsonNode result = Json(Path.Combine(run, "result.json")), scores = result["scores"]!;
        Assert.Equal("cls-tanh on rows.csv", page.Descendants("h1").Single().Value);
        string[] keys = [.. page.Descendants("dd").Select(value => value.Value)];
        Assert.Equal([$"{scores["accuracy"]!.GetValue<double>():F4}", $"{scores["macro_f1"]!.GetValue<double>():F4}"], keys[..2]);

        string[][] rows = Rows(page, "classes");
        Dictionary<string, double> norms = scores["per_class"]!.AsArray().Zip(result["class_norms"]!.AsArray()).ToDictionary(pair => pair.First!["label"]!.GetValue<string>(), pair => pair.Second!.GetValue<double>(), StringComparer.Ordinal);
        Assert.Equal(["fruit", "tool", "city"], rows.Select(row => row[0]));
        Assert.All(rows, row => Assert.Equal($"{norms[row[0]]:F4}", row[^1]));
        Assert.All(norms.Values, norm => Assert.InRange(norm, 0.01, 100));
        Assert.Equal(File.ReadLines(Path.Combine(run, "metrics.jsonl")).Count(), Rows(page, "learning").Length);
        JsonObject sizes = result["examples"]!.AsObject();
        Assert.Equal(72, sizes.Sum(size => size.Value!.GetValue<int>()));
        Assert.Contains($"Examples: train {sizes["train"]}, dev {sizes["dev"]}, test {sizes["test"]}.", page.Descendants("p").Select(paragraph => paragraph.Value));
        Assert.StartsWith("name: cls-tanh\n", page.Descendants("pre").First().Value, StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_in_the_report_makes_the_run_again_to_the_same_bits()
    {
        string run = world.Finished(out _);
        string[] printed = [.. Page(Path.Combine(run, "report.html")).Descendants("pre").Select(text => text.Value)];
        using var folder = new TemporaryFolder();
        folder.Write("recipe.yaml", printed[0]);
        string[] args = [.. printed[1].Split(' ').Skip(1), "--quiet"];
        Assert.Equal(0, TailorProcess.Run(args, input: null, folder.Path).ExitCode);
        SameRun.Check(run, folder.In("again"));
        Assert.Equal(File.ReadAllBytes(Path.Combine(run, "report.html")), File.ReadAllBytes(folder.In("again/report.html")));
    }

    [Fact]
    public void A_run_without_predictions_has_a_report_that_says_what_is_missing()
    {
        using var folder = new TemporaryFolder();
        world.CopyFinished(folder, "run");
        File.Delete(folder.In("run/predictions.jsonl"));
        ProcessResult result = TailorProcess.Run("report", folder.In("run"));
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("predictions.jsonl is missing", result.Error, StringComparison.Ordinal);
        XElement page = Page(folder.In("run/report.html"));
        Assert.Contains("predictions.jsonl is missing", page.Descendants("li").First().Value, StringComparison.Ordinal);
        Assert.DoesNotContain(page.Descendants("section"), section => section.Attribute("id")!.Value == "confusions");
        Assert.NotEmpty(Rows(page, "classes"));
    }

    [Fact]
    public void What_is_no_finished_run_is_refused_in_one_line()
    {
        using var folder = new TemporaryFolder();
        world.CopyFinished(folder, "run");
        world.CopyStopped(folder, "stopped");
        Directory.CreateDirectory(folder.In("seeds/seed-7"));
        Directory.CreateDirectory(folder.In("pretrained"));
        folder.Write("pretrained/run.json", """{ "format": 1, "kind": "pretrain" }""");
        Refusal.Check(TailorProcess.Run("report", folder.In("none")), "none", "no such folder", "tailor train");
        Refusal.Check(TailorProcess.Run("report", folder.Path), "no run.json here");
        Refusal.Check(TailorProcess.Run("report", folder.In("seeds")), "no run.json here", "seeds/seed-7");
        Refusal.Check(TailorProcess.Run("report", folder.In("pretrained")), "this run pretrains");
        Refusal.Check(TailorProcess.Run("report", folder.In("stopped")), "has not finished", "tailor train --resume");
        Refusal.Check(TailorProcess.Run("report", folder.In("run"), "--out", folder.In("run")), "--out", "this is a folder");
        Assert.False(File.Exists(folder.In("stopped/report.html")));

        string result = folder.In("run/result.json"), predictions = folder.In("run/predictions.jsonl");
        string whole = File.ReadAllText(result), answers = File.ReadAllText(predictions);
        byte[] report = File.ReadAllBytes(folder.In("run/report.html"));
        File.WriteAllText(predictions, answers.Replace("\"fruit\"", "\"vegetable\"", StringComparison.Ordinal));
        Refusal.Check(TailorProcess.Run("report", folder.In("run")), "predictions.jsonl", "other classes than the model's");
        File.WriteAllText(predictions, answers);
        foreach ((string old, string damaged) in new[] { ("\"per_class\"", "\"per_klass\""), ("\"class_norms\": [", "\"class_norms\": [ 1,"), ("\"f1\": 1", "\"f1\": \"one\""), ("\"fruit\"", "\"vegetable\"") })
        {
            File.WriteAllText(result, whole.Replace(old, damaged, StringComparison.Ordinal) is var changed && changed != whole ? changed : whole[..(whole.Length / 2)]);
            Refusal.Check(TailorProcess.Run("report", folder.In("run")), "result.json", "not written by this version");
        }

        Assert.Equal(report, File.ReadAllBytes(folder.In("run/report.html")));
    }

    private static XElement Page(string path) => XElement.Parse(File.ReadAllText(path)["<!DOCTYPE html>\n".Length..], LoadOptions.PreserveWhitespace);

    private static JsonNode Json(string path) => JsonNode.Parse(File.ReadAllText(path))!;

    /// <summary>The first table of a section.</summary>
    private static string[][] Rows(XElement page, string section) =>
        [.. page.Descendants("section").Single(part => part.Attribute("id")!.Value == section).Descendants("tbody").First().Elements("tr").Select(row => row.Elements().Select(cell => cell.Value).ToArray())];
}
