using System.Diagnostics;
using System.Text.Json.Nodes;
using Tailor.Evaluation;
using Tailor.Foundation;

namespace Tailor.EndToEnd.Tests;

/// <summary>From a folder of pictures and a vision transformer to scores, predictions and a folder to deploy.</summary>
public sealed class PictureRunTests(TinyWorld world)
{
    [Theory]
    [InlineData("vit-linear-probe")]
    [InlineData("lpt")]
    [InlineData("lift")]
    public void A_run_leaves_a_model_that_scores_and_predicts_as_the_run_did(string recipe)
    {
        using TemporaryFolder folder = Start();
        Succeed(folder, [.. PictureWorld.Train(recipe), "--out", "run"]);
        foreach (string file in new[] { "run.json", "metrics.jsonl", "report.html", "model/config.json", "model/model.safetensors", "model/preprocessor_config.json", "model/tailor.json" })
        {
            Assert.True(File.Exists(folder.In($"run/{file}")), file);
        }

        JsonNode result = Json(folder, "run/result.json");
        Assert.Equal("test", result["split"]!.GetValue<string>());
        Assert.Equal(PictureWorld.TestCount, result["scores"]!["examples"]!.GetValue<int>());

        JsonNode evaluated = JsonNode.Parse(Succeed(folder, "evaluate", "run", "--data", "pictures", "--split", "test", "--json").Output)!;
        foreach (string score in new[] { "accuracy", "macro_f1", "log_loss" })
        {
            Assert.Equal(Score(result["scores"]!, score), Score(evaluated, score), 1e-5);
        }

        SamePredictions(folder, Succeed(folder, "predict", "run/model", "--data", "pictures/test", "--top", "1", "--json").Output);
    }

    [Fact]
    public void Idx_files_are_trained_on_scored_and_predicted()
    {
        using TemporaryFolder folder = Start();
        PictureWorld.WriteIdx(folder, "digits");
        Succeed(folder, [.. PictureWorld.Train("lift", "digits"), "--out", "run"]);
        JsonNode scores = Json(folder, "run/result.json")["scores"]!;
        JsonNode evaluated = JsonNode.Parse(Succeed(folder, "evaluate", "run", "--data", "digits/t10k-images-idx3-ubyte.gz", "--json").Output)!;
        Assert.Equal(Score(scores, "accuracy"), Score(evaluated, "accuracy"), 1e-6);
        SamePredictions(folder, Succeed(folder, "predict", "run", "--data", "digits/t10k-images-idx3-ubyte.gz", "--json").Output);
    }

    [Fact]
    public void Kills_in_either_phase_of_lpt_change_no_bit()
    {
        using TemporaryFolder folder = Start();
        string[] train = [.. PictureWorld.Train("lpt").Where(arg => arg != "--quiet"), "--set", "stages.0.epochs=60", "--set", "stages.1.epochs=60", "--set", "stages.0.eval_every=25", "--set", "stages.1.eval_every=25", "--checkpoint-every", "3"];
        Succeed(folder, [.. train, "--quiet", "--out", "whole"]);
        RandomStream random = RandomStream.For(17, "kills of pictures");
        const int kills = 3, longestDelay = 150;
        for (int i = 0; i < kills; i++)
        {
            using Process process = TailorProcess.Start(i == 0 ? [.. train, "--out", "run"] : ["train", "--resume", "run"], folder.Path);
            string talk = Moments.WaitForSteps(process);
            while (i == kills - 1 && !talk.Contains(": stage 2 of 2", StringComparison.Ordinal))
            {
                talk += Moments.WaitForSteps(process);
            }

            Thread.Sleep(random.NextInt(longestDelay));
            process.Kill();
            process.WaitForExit();
            Assert.False(File.Exists(folder.In("run/result.json")), "the run ended before it was killed");
        }

        ProcessResult last = Succeed(folder, "train", "--quiet", "--resume", "run");
        Assert.Equal("", last.Error);
        SameRun.Check(folder.In("whole"), folder.In("run"));
    }

    [Fact]
    public void Two_recipes_of_pictures_are_compared_without_baselines()
    {
        using TemporaryFolder folder = Start();
        PictureWorld.WriteIdx(folder, "digits");
        foreach (string data in new[] { "pictures", "digits" })
        {
            ProcessResult result = Succeed(folder, ["compare", "--data", data, "--model", "vit", "--recipes", "vit-linear-probe,lift", .. PictureWorld.Small("lift"), "--seeds", "2", "--out", $"cmp-{data}", "--json", "all.json"]);
            Assert.Contains("pictures are compared without them", result.Error, StringComparison.Ordinal);
            Assert.Contains("few accuracy", result.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("tail F1", result.Output, StringComparison.Ordinal);
            JsonNode[] entries = [.. Json(folder, "all.json")["entries"]!.AsArray().Select(entry => entry!)];
            Assert.Equal(["lift", "vit-linear-probe"], entries.Select(entry => entry["name"]!.GetValue<string>()).Order(StringComparer.Ordinal));
            foreach (JsonNode entry in entries)
            {
                string name = entry["name"]!.GetValue<string>();
                double mean = new[] { 42, 43 }.Average(seed => Score(Json(folder, $"cmp-{data}/runs/{name}/seed-{seed}/result.json")["scores"]!, "accuracy"));
                Assert.Equal(mean, entry["scores"]!["accuracy"]!["mean"]!.GetValue<double>(), 9);
            }
        }
    }

    [Fact]
    public void A_picture_of_one_pixel_and_one_of_another_kind_than_its_name_says_are_read()
    {
        using TemporaryFolder folder = Start();
        world.Pictures.CopyTuned(folder, "tuned");
        folder.Write("one.png", PictureWorld.OnePixel());
        File.Copy(folder.In("pictures/test/red/0.png"), folder.In("picture.txt"));
        string[] lines = Succeed(folder, "predict", "tuned", "--image", "one.png", "picture.txt", "pictures/test/red/0.png").Output.TrimEnd('\n').Split('\n');
        Assert.Equal(["one.png", "picture.txt", "pictures/test/red/0.png"], lines.Select(line => line.Split('\t')[0]));
        Assert.Equal(lines[2].Split('\t')[1..], lines[1].Split('\t')[1..]);
    }

    [Fact]
    public void Bad_pictures_are_skipped_and_listed_when_that_is_asked_for()
    {
        using TemporaryFolder folder = Start();
        world.Pictures.CopyTuned(folder, "tuned");
        folder.Write("pictures/test/red/0.png", File.ReadAllBytes(folder.In("pictures/test/red/0.png"))[..60]);
        ProcessResult predicted = Succeed(folder, "predict", "tuned", "--data", "pictures/test", "--json", "--skip-bad-images");
        JsonNode[] lines = [.. predicted.Output.TrimEnd('\n').Split('\n').Select(line => JsonNode.Parse(line)!)];
        Assert.Equal(PictureWorld.TestCount, lines.Length);
        JsonNode bad = Assert.Single(lines, line => line["error"] is not null);
        Assert.Equal("pictures/test/red/0.png", bad["image"]!.GetValue<string>());
        Assert.EndsWith("1 bad picture was left out\n", predicted.Error, StringComparison.Ordinal);

        JsonNode scores = JsonNode.Parse(Succeed(folder, "evaluate", "tuned", "--data", "pictures", "--json", "--skip-bad-images").Output)!;
        Assert.Equal(PictureWorld.TestCount - 1, scores["examples"]!.GetValue<int>());
        Assert.Equal(2, TailorProcess.Run(["evaluate", "tuned", "--data", "pictures"], input: null, folder.Path).ExitCode);
        ProcessResult trained = Succeed(folder, [.. PictureWorld.Train("lift").Where(arg => arg != "--quiet"), "--skip-bad-images", "--out", "run"]);
        Assert.Contains("1 bad picture is left out:", trained.Error, StringComparison.Ordinal);
        Assert.Equal(PictureWorld.TestCount - 1, Json(folder, "run/result.json")["scores"]!["examples"]!.GetValue<int>());
    }

    private TemporaryFolder Start()
    {
        var folder = new TemporaryFolder();
        world.Pictures.CopyTo(folder);
        return folder;
    }

    private static ProcessResult Succeed(TemporaryFolder folder, params string[] args)
    {
        ProcessResult result = TailorProcess.Run(args, input: null, folder.Path);
        Assert.True(result.ExitCode == 0, $"tailor {string.Join(' ', args)} ended with {result.ExitCode}: {result.Error}");
        return result;
    }

    private static JsonNode Json(TemporaryFolder folder, string file) => JsonNode.Parse(File.ReadAllText(folder.In(file)))!;

    private static double Score(JsonNode scores, string name) => scores[name]!.GetValue<double>();

    /// <summary>What predict said of each picture is what the run wrote.</summary>
    private static void SamePredictions(TemporaryFolder folder, string predicted)
    {
        Dictionary<string, JsonNode> answers = predicted.TrimEnd('\n').Split('\n').Select(line => JsonNode.Parse(line)!).ToDictionary(line => line["image"]!.GetValue<string>());
        (IReadOnlyList<string> labels, IReadOnlyList<ScoredExample> scored) = PredictionFile.Read(folder.In("run/predictions.jsonl"));
        Assert.Equal(answers.Count, scored.Count);
        foreach (ScoredExample example in scored)
        {
            JsonNode answer = answers[example.Text];
            Assert.Equal(labels[example.Predicted], answer["label"]!.GetValue<string>());
            Assert.Equal(example.Probability!.Value, answer["probability"]!.GetValue<double>(), 1e-5);
        }
    }
}
