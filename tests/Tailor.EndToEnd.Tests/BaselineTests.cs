using System.Text.Json.Nodes;
using Tailor.Evaluation;

namespace Tailor.EndToEnd.Tests;

/// <summary><c>tailor baseline</c>, as a process.</summary>
public sealed class BaselineTests(TinyWorld world)
{
    [Fact]
    public void All_baselines_are_scored_and_leave_what_a_finished_run_leaves()
    {
        using var folder = new TemporaryFolder();
        ProcessResult printed = world.Run("baseline", "--data", "rows.csv", "--model", "model", "--max-length", "32", "--rho", "0.6", "--json", "--quiet", "--out", folder.In("all"));
        Assert.Equal((0, ""), (printed.ExitCode, printed.Error));
        JsonNode[] answers = [.. JsonNode.Parse(printed.Output)!.AsArray().Select(node => node!)];
        string[] names = ["majority", "tfidf-svm", "tfidf-svm-balanced", "tfidf-sdca", "probe-mean", "probe-mean-balanced"];
        Assert.Equal(names, answers.Select(answer => answer["baseline"]!.GetValue<string>()));
        foreach ((string name, JsonNode answer) in names.Zip(answers))
        {
            JsonNode result = JsonNode.Parse(File.ReadAllText(folder.In($"all/{name}/result.json")))!;
            Assert.True(JsonNode.DeepEquals(answer["scores"], result["scores"]));
            Assert.Equal(("test", 0.6), (result["split"]!.GetValue<string>(), result["rho"]!.GetValue<double>()));
            Assert.Equal(name == "majority", result["parameters_trained"]!.GetValue<long>() == 0);

            (IReadOnlyList<string> labels, IReadOnlyList<ScoredExample> examples) = PredictionFile.Read(folder.In($"all/{name}/predictions.jsonl"));
            Assert.Equal(["city", "fruit", "tool"], labels.Order());
            Assert.Equal(result["scores"]!["accuracy"]!.GetValue<double>(), examples.Average(example => example.Gold == example.Predicted ? 1.0 : 0), 1e-12);
            Assert.All(examples, example => Assert.Equal(name.StartsWith("tfidf", StringComparison.Ordinal), example.Probability is null));
        }

        // The class stands in the text, so that the SVM beats guessing; the majority class of three scores a third of its F1.
        double MacroF1(string name) => answers.Single(answer => answer["baseline"]!.GetValue<string>() == name)["scores"]!["macro_f1"]!.GetValue<double>();
        Assert.True(MacroF1("tfidf-svm") > MacroF1("majority") + 0.3);
        Assert.True(MacroF1("probe-mean") > MacroF1("majority"));
    }

    [Fact]
    public void Without_a_model_the_probes_are_left_out_and_a_table_is_printed()
    {
        ProcessResult printed = world.Run("baseline", "--data", "rows.csv");
        Assert.Equal(0, printed.ExitCode);
        Assert.Contains("need --model", printed.Error, StringComparison.Ordinal);
        Assert.Contains("words and pairs of words", printed.Error, StringComparison.Ordinal);
        string[] lines = printed.Output.TrimEnd('\n').Split('\n');
        Assert.StartsWith("Scores on test", lines[0], StringComparison.Ordinal);
        Assert.Equal(["baseline", "majority", "tfidf-svm", "tfidf-svm-balanced", "tfidf-sdca"], lines.Skip(2).Select(line => line.Split(' ')[0]));
        Assert.Contains("macro_f1", lines[2], StringComparison.Ordinal);
        Assert.Matches(@"^tfidf-svm +[01]\.\d{4} ", lines[4]);
    }

    [Theory]
    [InlineData("'tfidf-smv' is not known (did you mean 'tfidf-svm'?)", "--data", "rows.csv", "--name", "tfidf-smv")]
    [InlineData("probe-mean-balanced reads the embeddings of a pretrained model; give its directory with --model", "--data", "rows.csv", "--name", "probe-mean-balanced")]
    [InlineData("no such folder", "--data", "rows.csv", "--model", "nowhere", "--out", "scores")]
    [InlineData("only one class, 'a'", "--data", "one-class.csv", "--out", "scores")]
    [InlineData("the output folder exists and is not empty", "--data", "rows.csv", "--out", ".")]
    [InlineData("--dev-fraction", "--data", "rows.csv", "--dev-fraction", "0", "--test-fraction", "0")]
    public void Bad_input_is_refused_in_one_line(string expected, params string[] options)
    {
        using var folder = new TemporaryFolder();
        folder.Write("one-class.csv", "text,label\nfirst text,a\nsecond text,a\n");
        File.Copy(world.In("rows.csv"), folder.In("rows.csv"));
        string[] before = folder.Entries;
        Refusal.Check(TailorProcess.Run(["baseline", "--quiet", .. options], input: null, folder.Path), expected);
        Assert.Equal(before, folder.Entries);
    }
}
