using System.Text.Json;

namespace Tailor.EndToEnd.Tests;

/// <summary>From a table and a checkpoint to scores, predictions and a folder to deploy.</summary>
public sealed class WorkflowTests(SmallModel small) : IClassFixture<SmallModel>
{
    [Fact]
    public void A_run_trains_scores_predicts_and_leaves_a_model_folder()
    {
        using var folder = new TemporaryFolder();
        string run = folder.In("run");
        JsonElement trained = Json(SmallModel.Succeed(small.Train(run, "--set", "stages.0.epochs=25", "--set", "stages.0.lr=3e-3", "--json")));
        Assert.Equal("test", trained.GetProperty("split").GetString());
        Assert.True(trained.GetProperty("scores").GetProperty("accuracy").GetDouble() > 0.5);
        foreach (string file in new[] { "run.json", "metrics.jsonl", "result.json", "model/config.json", "model/model.safetensors", "model/vocab.txt", "model/tailor.json" })
        {
            Assert.True(File.Exists(Path.Combine(run, file)), file);
        }

        ProcessResult scores = SmallModel.Succeed("evaluate", run, "--data", small.Data);
        Assert.Contains("f1-score", scores.Output, StringComparison.Ordinal);
        Assert.Contains("tail", scores.Output, StringComparison.Ordinal);
        Assert.Equal(96, Json(SmallModel.Succeed("evaluate", Path.Combine(run, "model"), "--data", small.Data, "--json")).GetProperty("per_class").EnumerateArray().Sum(row => row.GetProperty("support").GetInt32()));

        // A file and standard input give the same answers, in the order of the texts.
        string[] texts = ["my printer is broken", "the password of my laptop", "invoice", "printer"];
        string table = folder.Write("new.csv", "text\n" + string.Join('\n', texts) + "\n");
        string fromTable = SmallModel.Succeed("predict", run, "--data", table, "--json").Output;
        Assert.Equal(fromTable, TailorProcess.Run(["predict", run, "--data", "-", "--json"], string.Join('\n', texts) + "\n").Output);
        string[] lines = fromTable.TrimEnd('\n').Split('\n');
        Assert.Equal(texts.Length, lines.Length);
        for (int i = 0; i < texts.Length; i++)
        {
            JsonElement answer = JsonDocument.Parse(lines[i]).RootElement;
            JsonElement[] top = [.. answer.GetProperty("top").EnumerateArray()];
            Assert.Equal(3, top.Length);
            Assert.Equal(answer.GetProperty("label").GetString(), top[0].GetProperty("label").GetString());
            Assert.InRange(top.Sum(item => item.GetProperty("probability").GetDouble()), 0.5, 1.00001);
        }

        string[] one = SmallModel.Succeed("predict", run, "--text", texts[3], "--top", "2").Output.TrimEnd('\n').Split('\t');
        Assert.Equal(JsonDocument.Parse(lines[3]).RootElement.GetProperty("label").GetString(), one[0]);
        Assert.Equal(3, one.Length);
    }

    [Fact]
    public void Several_seeds_leave_a_run_each_and_their_mean()
    {
        using var folder = new TemporaryFolder();
        string output = folder.In("runs");
        string[] args = small.Train(output, "--set", "stages.0.epochs=1", "--seeds", "2", "--seed", "7", "--json");
        JsonElement first = Json(SmallModel.Succeed(args));
        double[] single = [.. new[] { 7, 8 }.Select(seed => JsonDocument.Parse(File.ReadAllText(Path.Combine(output, $"seed-{seed}", "result.json"))).RootElement.GetProperty("scores").GetProperty("macro_f1").GetDouble())];
        Assert.Equal(single.Average(), first.GetProperty("scores").GetProperty("macro_f1").GetProperty("mean").GetDouble(), 9);

        // A third seed joins those that are finished.
        string[] more = [.. args.Select(arg => arg == "--out" ? "--resume" : arg == "2" ? "3" : arg)];
        DateTime written = File.GetLastWriteTimeUtc(Path.Combine(output, "seed-7", "result.json"));
        Assert.Equal(3, Json(SmallModel.Succeed(more)).GetProperty("seeds").GetArrayLength());
        Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(output, "seed-7", "result.json")));
    }

    [Fact]
    public void A_pretrained_model_tokenizes_and_embeds()
    {
        using var folder = new TemporaryFolder();
        ProcessResult tokens = TailorProcess.Run(["tokenize", "--model", small.Model], "Hello printer\n\n");
        Assert.Equal(0, tokens.ExitCode);
        JsonElement[] lines = [.. tokens.Output.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(2, lines.Length);
        Assert.Equal("[CLS]", lines[0].GetProperty("tokens")[0].GetString());
        Assert.Equal(13, lines[0].GetProperty("offsets").EnumerateArray().Max(pair => pair[1].GetInt32()));
        Assert.Equal(2, lines[1].GetProperty("ids").GetArrayLength());

        string features = folder.In("features.safetensors");
        SmallModel.Succeed("embed", "--model", small.Model, "--data", small.Data, "--pooling", "mean", "--max-length", "48", "--out", features);
        byte[] bytes = File.ReadAllBytes(features);
        JsonElement header = JsonDocument.Parse(bytes.AsMemory(8, (int)BitConverter.ToInt64(bytes))).RootElement.GetProperty("features");
        Assert.Equal([96, 32], header.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()));
        Assert.Equal("F32", header.GetProperty("dtype").GetString());
        Refusal.Check(TailorProcess.Run("embed", "--model", small.Model, "--data", small.Data, "--pooling", "pooler", "--max-length", "48", "--out", features), "no pooler");
    }

    [Fact]
    public void A_balanced_table_becomes_a_long_tail_that_inspect_describes()
    {
        using var folder = new TemporaryFolder();
        string balanced = folder.Write("balanced.csv", "text,label\n" + string.Concat(Enumerable.Range(0, 120).Select(i => $"row {i},{"abc"[i % 3]}\n")));
        string tail = folder.In("tail.csv");
        JsonElement made = Json(SmallModel.Succeed("longtail", balanced, "--ratio", "10", "--out", tail, "--json"));
        Assert.Equal([40, 12, 4], made.GetProperty("counts").EnumerateObject().Select(count => count.Value.GetInt32()));
        JsonElement inspected = Json(SmallModel.Succeed("inspect", tail, "--json"));
        Assert.Equal(10, inspected.GetProperty("imbalance_ratio").GetDouble());
        byte[] before = File.ReadAllBytes(tail);
        SmallModel.Succeed("longtail", balanced, "--ratio", "10", "--out", tail);
        Assert.Equal(before, File.ReadAllBytes(tail));
        made = Json(SmallModel.Succeed("longtail", balanced, "--profile", "pareto", "--alpha", "1", "--out", tail, "--json"));
        Assert.Equal([40, 20, 13], made.GetProperty("counts").EnumerateObject().Select(count => count.Value.GetInt32()));
    }

    [Fact]
    public void Sst2_style_imbalance_keeps_one_class_whole()
    {
        using var folder = new TemporaryFolder();
        string balanced = folder.Write("two.tsv", "text\tlabel\n" + string.Concat(Enumerable.Range(0, 90).Select(i => $"row {i}\t{(i % 9 < 5 ? "positive" : "negative")}\n")));
        JsonElement made = Json(SmallModel.Succeed("longtail", balanced, "--profile", "two-class", "--rate", "0.3", "--rare", "negative", "--out", folder.In("rare.tsv"), "--json"));
        Assert.Equal([50, 15], made.GetProperty("counts").EnumerateObject().Select(count => count.Value.GetInt32()));
    }

    [Fact]
    public void Augmented_rows_train_the_first_of_two_stages()
    {
        using var folder = new TemporaryFolder();
        string file = folder.In("augmented.csv"), again = folder.In("again.csv"), run = folder.In("run");
        JsonElement made = Json(SmallModel.Succeed("augment", "--data", small.Data, "--out", file, "--json"));
        int[] counts = [.. made.GetProperty("counts").EnumerateObject().Select(count => count.Value.GetInt32())];
        Assert.Equal(4, counts.Length);
        Assert.All(counts, count => Assert.Equal(counts[0], count));
        Assert.Equal(counts.Sum(), made.GetProperty("rows").GetInt32());
        Assert.StartsWith("text,label,origin\n", File.ReadAllText(file), StringComparison.Ordinal);
        SmallModel.Succeed("augment", "--data", small.Data, "--out", again);
        Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(again));

        string[] train = ["train", "--data", small.Data, "--model", small.Model, "--recipe", "two-stage-augmented", "--set", "input.max_length=48", "--out", run, "--augmented"];
        JsonElement trained = Json(SmallModel.Succeed([.. train, file, "--json"]));
        Assert.Equal("test", trained.GetProperty("split").GetString());
        Assert.Contains("augmented.csv", JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "run.json"))).RootElement.GetProperty("augmented").GetString(), StringComparison.Ordinal);

        // Rows of another split may be dev or test rows here.
        SmallModel.Succeed("augment", "--data", small.Data, "--split-seed", "5", "--out", again);
        Refusal.Check(TailorProcess.Run([.. train.Select(arg => arg == run ? folder.In("other") : arg), again]), "origin", "no training row of these data");
    }

    private static JsonElement Json(ProcessResult result) => JsonDocument.Parse(result.Output).RootElement;
}
