using System.Text.Json.Nodes;
using Tailor.Data;
using Tailor.Engine;

namespace Tailor.EndToEnd.Tests;

/// <summary>From a table to a model that answers: what train, evaluate, predict, embed and tokenize say of the same run agrees.</summary>
public sealed class TrainTests(TinyWorld world)
{
    [Fact]
    public void A_run_is_a_folder_with_what_was_asked_measured_and_made()
    {
        string run = world.Finished(out ProcessResult printed);
        string[] entries = [.. Directory.EnumerateFiles(run, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(run, file)).Order(StringComparer.Ordinal)];
        Assert.Equal(
        [
            "checkpoint/state.safetensors", "metrics.jsonl", "model/config.json", "model/model.safetensors", "model/special_tokens_map.json", "model/tailor.json", "model/tokenizer.json",
            "model/tokenizer_config.json", "model/vocab.txt", "predictions.jsonl", "report.html", "result.json", "run.json",
        ], entries);

        JsonNode result = Json(Path.Combine(run, "result.json")), answer = JsonNode.Parse(printed.Output)!;
        Assert.True(JsonNode.DeepEquals(result["scores"], answer["scores"]));
        Assert.Equal("finished", answer["run"]!.GetValue<string>());
        Assert.Equal("test", result["split"]!.GetValue<string>());

        JsonNode[] lines = [.. File.ReadLines(Path.Combine(run, "metrics.jsonl")).Select(line => JsonNode.Parse(line)!)];
        JsonNode best = lines.Last(line => line["best"]!.GetValue<bool>());
        Assert.Equal(result["best_step"]!.GetValue<long>(), best["step"]!.GetValue<long>());
        Assert.Equal(result["best_dev_score"]!.GetValue<double>(), lines.Max(line => line["macro_f1"]!.GetValue<double>()));
        Assert.True(result["train_seconds"]!.GetValue<double>() > 0);
        Assert.InRange(result["parameters_trained"]!.GetValue<long>(), 10_000, 40_000);
        Assert.Contains("lr: 0.002", Json(Path.Combine(run, "run.json"))["recipe"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_are_trained_evaluated_and_predicted()
    {
        using var folder = new TemporaryFolder();
        world.CopyTo(folder);
        string[] rows = File.ReadAllLines(folder.In("rows.csv"));
        File.WriteAllLines(folder.In("rows.csv"), rows.Select((row, i) => i == 0 ? row : row.Replace(",fruit", ",1.5", StringComparison.Ordinal).Replace(",tool", ",-0.25", StringComparison.Ordinal).Replace(",city", ",3", StringComparison.Ordinal)));
        string[] train = ["train", "--data", "rows.csv", "--model", "model", "--recipe", "fine-tuning-regression", "--set", "input.max_length=32", "--set", "stages.0.epochs=3", "--set", "stages.0.hold=0", "--set", "stages.0.lr=1e-3"];
        ProcessResult trained = TailorProcess.Run([.. train, "--json", "--out", "run"], input: null, folder.Path);
        Assert.Equal((0, ""), (trained.ExitCode, trained.ExitCode == 0 ? "" : trained.Error));
        JsonNode scores = JsonNode.Parse(trained.Output)!["scores"]!;
        Assert.Equal(["examples", "pearson", "spearman", "mse", "mae"], scores.AsObject().Select(score => score.Key));
        ProcessResult predicted = TailorProcess.Run(["predict", "run", "--text", "the apple", "--text", "the saw"], input: null, folder.Path);
        Assert.Matches(@"^-?\d+\.\d{4}\n-?\d+\.\d{4}\n$", predicted.Output);
        ProcessResult evaluated = TailorProcess.Run(["evaluate", "run", "--data", "rows.csv"], input: null, folder.Path);
        Assert.Matches(@"pearson +-?\d\.\d{4}", evaluated.Output);
        Refusal.Check(TailorProcess.Run(["evaluate", "run", "--data", world.In("rows.csv")], input: null, folder.Path), "predicts numbers", "'fruit' is no number");
        Refusal.Check(TailorProcess.Run([.. train.Select(argument => argument == "rows.csv" ? world.In("rows.csv") : argument), "--out", "other"], input: null, folder.Path), "label 'fruit'", "predicts numbers");
    }

    [Fact]
    public void Changes_tells_what_moved()
    {
        string run = world.Finished(out _);
        ProcessResult json = world.Run(["changes", run, "--model", "model", "--data", "rows.csv", "--html", "changes.html", "--json"]);
        Assert.Equal(0, json.ExitCode);

        // Two heat maps, each drawn for wide and for narrow windows, of 16 tensors in 2 layers.
        Assert.Equal(2 * 2 * 32, File.ReadAllText(world.In("changes.html")).Split("class=\"cell right\"").Length - 1);
        JsonNode answer = JsonNode.Parse(json.Output)!;
        JsonArray weights = answer["weights"]!.AsArray();
        Assert.Equal(16 * 2, weights.Count);
        Assert.All(weights, change => Assert.True(change!["mean_absolute"]!.GetValue<double>() > 0 && change["mean_relative"]!.GetValue<double>() > 0));
        Assert.True(answer["features"]!["mean_distance"]!.GetValue<double>() > 0);
        Assert.InRange(answer["features"]!["mean_cosine"]!.GetValue<double>(), -1, 1);

        ProcessResult still = world.Run(["changes", "model", "--model", "model"]);
        Assert.Equal(0, still.ExitCode);
        Assert.Contains("attention.self.query.weight", still.Output, StringComparison.Ordinal);
        Assert.DoesNotMatch("[1-9]\\.\\d", still.Output.Split("layer:")[1]);
    }

    [Fact]
    public void Evaluate_repeats_the_scores_of_the_run()
    {
        string run = world.Finished(out _);
        using var folder = new TemporaryFolder();
        TextTableWriter.Write(folder.In("test.csv"), TestRows());
        ProcessResult json = TailorProcess.Run(["evaluate", run, "--data", folder.In("test.csv"), "--json"]);
        Assert.Equal((0, ""), (json.ExitCode, json.Error));
        Assert.True(JsonNode.DeepEquals(Json(Path.Combine(run, "result.json"))["scores"], JsonNode.Parse(json.Output)));

        File.AppendAllText(folder.In("test.csv"), "the red mars,planet\n");
        ProcessResult text = TailorProcess.Run(["evaluate", Path.Combine(run, "model"), "--data", folder.In("test.csv"), "--unknown-labels", "drop"]);
        Assert.Equal(0, text.ExitCode);
        Assert.Contains($"1 of {TestRows().Count + 1} rows", text.Error, StringComparison.Ordinal);
        Assert.Contains($"{JsonNode.Parse(json.Output)!["macro_f1"]!.GetValue<double>():F4}", text.Output, StringComparison.Ordinal);
        Assert.Contains("head/tail", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_are_those_of_the_run_unless_others_are_asked_for_and_old_runs_have_the_usual()
    {
        string run = world.Finished(out _);
        using var folder = new TemporaryFolder();
        TextTableWriter.Write(folder.In("test.csv"), TestRows());
        string model = folder.In("model");
        Directory.CreateDirectory(model);
        foreach (string file in Directory.GetFiles(Path.Combine(run, "model")))
        {
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        }

        string Few(params string[] options) => JsonNode.Parse(TailorProcess.Run(["evaluate", model, "--data", folder.In("test.csv"), "--json", .. options]).Output)!["groups"]!.AsArray().Single(group => group!["name"]!.GetValue<string>() == "few")!["thresholds"]!.GetValue<string>();
        Assert.Equal("oltr", Json(Path.Combine(model, "tailor.json"))["groups"]!.GetValue<string>());
        Assert.EndsWith("few below 20", Few(), StringComparison.Ordinal);
        Assert.EndsWith("few below 21", Few("--groups", "lpt"), StringComparison.Ordinal);

        JsonObject description = Json(Path.Combine(model, "tailor.json")).AsObject();
        description["groups"] = "lpt";
        File.WriteAllText(Path.Combine(model, "tailor.json"), description.ToJsonString());
        Assert.EndsWith("few below 21", Few(), StringComparison.Ordinal);
        Assert.EndsWith("few below 20", Few("--groups", "oltr"), StringComparison.Ordinal);
        description.Remove("groups");
        File.WriteAllText(Path.Combine(model, "tailor.json"), description.ToJsonString());
        Assert.EndsWith("few below 20", Few(), StringComparison.Ordinal);
    }

    [Fact]
    public void Predict_answers_in_the_order_of_the_texts()
    {
        string run = world.Finished(out _);
        using var folder = new TemporaryFolder();
        IReadOnlyList<TextExample> rows = TestRows();
        TextTableWriter.Write(folder.In("texts.jsonl"), rows, withLabels: false);
        ProcessResult file = TailorProcess.Run(["predict", run, "--data", folder.In("texts.jsonl"), "--json"]);
        Assert.Equal((0, ""), (file.ExitCode, file.Error));
        (string Label, double Probability)[] answers = [.. Lines(file.Output).Select(line => JsonNode.Parse(line)!).Select(node => (node["label"]!.GetValue<string>(), node["probability"]!.GetValue<double>()))];
        Assert.Equal(rows.Count, answers.Length);
        int right = rows.Zip(answers).Count(pair => pair.First.Label == pair.Second.Label);
        Assert.Equal(Json(Path.Combine(run, "result.json"))["scores"]!["accuracy"]!.GetValue<double>(), (double)right / rows.Count, 12);

        ProcessResult lines = TailorProcess.Run(["predict", run, "--data", "-", "--top", "2"], string.Join('\n', rows.Reverse().Select(row => row.Text)) + "\n");
        Assert.Equal(answers.Reverse().Select(answer => answer.Label), Lines(lines.Output).Select(line => line.Split('\t')[0]));
        Assert.All(Lines(lines.Output), line => Assert.Matches(@"^\w+\t[01]\.\d{4}\t\w+ 0\.\d{4}$", line));

        ProcessResult one = TailorProcess.Run(["predict", run, "--text", rows[3].Text, "--text", rows[0].Text]);
        Assert.Equal([$"{answers[3].Label} {answers[3].Probability:F3}", $"{answers[0].Label} {answers[0].Probability:F3}"], Lines(one.Output).Select(line => line.Split('\t')).Select(cells => $"{cells[0]} {double.Parse(cells[1]):F3}"));
    }

    [Fact]
    public void Two_seeds_make_two_runs_and_their_mean_and_the_same_seed_the_same_bits()
    {
        string run = world.Finished(out _);
        ProcessResult result = world.Run([.. TinyWorld.TrainArguments, "--seeds", "2", "--json", "--out", "seeds"]);
        Assert.Equal(0, result.ExitCode);
        JsonNode[] scores = [.. new[] { 42, 43 }.Select(seed => Json(world.In("seeds", $"seed-{seed}", "result.json"))["scores"]!)];
        JsonNode mean = JsonNode.Parse(result.Output)!["scores"]!;
        foreach (string metric in new[] { "accuracy", "macro_f1" })
        {
            double[] values = [.. scores.Select(score => score[metric]!.GetValue<double>())];
            Assert.Equal(values.Average(), mean[metric]!["mean"]!.GetValue<double>(), 12);
            Assert.Equal(Math.Abs(values[0] - values[1]) / Math.Sqrt(2), mean[metric]!["sd"]!.GetValue<double>(), 12);
        }

        // The default seed is 42: that run was made before, by another process.
        SameRun.Check(run, world.In("seeds", "seed-42"));
        Assert.NotEqual(File.ReadAllBytes(world.In("seeds", "seed-43", "model", "model.safetensors")), File.ReadAllBytes(Path.Combine(run, "model", "model.safetensors")));
    }

    [Fact]
    public void Embed_writes_a_row_of_features_for_each_text()
    {
        using var folder = new TemporaryFolder();
        ProcessResult result = TailorProcess.Run(["embed", "--model", world.In("model"), "--data", world.In("rows.csv"), "--pooling", "mean", "--max-length", "32", "--out", folder.In("x.safetensors")]);
        Assert.Equal((0, ""), (result.ExitCode, result.Output));
        using SafetensorsFile features = SafetensorsFile.Open(folder.In("x.safetensors"));
        Assert.Equal([72, 32], features.Entries["features"].Shape);
        Assert.Equal("mean", features.Metadata["pooling"]);
        Assert.False(features.HasNonFinite("features"));
    }

    [Fact]
    public void Tokenize_writes_ids_tokens_and_offsets_of_each_line()
    {
        ProcessResult result = TailorProcess.Run(["tokenize", "--model", world.In("model")], "the Red apple\nplum 7\n");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        JsonNode[] lines = [.. Lines(result.Output).Select(line => JsonNode.Parse(line)!)];
        Assert.Equal(2, lines.Length);
        Assert.Equal("""["[CLS]","the","red","apple","[SEP]"]""", lines[0]["tokens"]!.ToJsonString());
        Assert.Equal("[[0,0],[0,3],[4,7],[8,13],[0,0]]", lines[0]["offsets"]!.ToJsonString());
        Assert.Equal(4, lines[1]["ids"]!.AsArray().Count);
    }

    private static JsonNode Json(string path) => JsonNode.Parse(File.ReadAllText(path))!;

    private static string[] Lines(string text) => text.TrimEnd('\n').Split('\n');

    private IReadOnlyList<TextExample> TestRows() => TextDataset.Load(world.In("rows.csv"), new DatasetOptions()).Test;
}
