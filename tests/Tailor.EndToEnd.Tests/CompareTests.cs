using System.Diagnostics;
using System.Text.Json.Nodes;
using Tailor.Foundation;

namespace Tailor.EndToEnd.Tests;

/// <summary>The real command compares, is killed and goes on, and prints its tables.</summary>
public sealed class CompareTests(TinyWorld world)
{
    private static readonly string[] Long = ["compare", "--recipes", "cls-tanh", "--baselines", "none", "--seeds", "1", "--out", "cmp", .. TinyWorld.LongArguments.Skip(1)];

    [Fact]
    public void A_comparison_that_was_killed_and_interrupted_comes_to_the_bits_of_an_undisturbed_run()
    {
        using var folder = new TemporaryFolder();
        world.CopyTo(folder);
        using (Process process = TailorProcess.Start(Long, folder.Path))
        {
            Moments.WaitForSteps(process);
            Thread.Sleep(RandomStream.For(11, "compare kill").NextInt(150));
            process.Kill();
            process.WaitForExit();
        }

        using (Process process = TailorProcess.Start(Long, folder.Path))
        {
            Moments.WaitForSteps(process);
            Moments.Interrupt(process);
            Assert.EndsWith("tailor: stopped; the same command goes on from here\n", process.StandardError.ReadToEnd(), StringComparison.Ordinal);
            process.WaitForExit();
            Assert.Equal(130, process.ExitCode);
        }

        string run = folder.In("cmp/runs/cls-tanh/seed-42");
        Assert.False(File.Exists(Path.Combine(run, "result.json")));
        ProcessResult last = TailorProcess.Run([.. Long, "--quiet"], input: null, folder.Path);
        Assert.Equal((0, ""), (last.ExitCode, last.Error));
        SameRun.Check(world.Undisturbed(), run);
        Assert.False(Directory.Exists(Path.Combine(run, "checkpoint")));

        string[] before = folder.Contents;
        ProcessResult again = TailorProcess.Run(Long, input: null, folder.Path);
        Assert.Equal("1 to compare, 0 runs to do, 1 finished before\nThe report is in cmp/report.html.\n", again.Error);
        Assert.Equal(last.Output, again.Output);
        Assert.Equal(before, folder.Contents);
    }

    [Fact]
    public void Two_recipes_are_compared_over_seeds_and_example_by_example()
    {
        using var folder = new TemporaryFolder();
        world.CopyTo(folder);
        string[] compare =
        [
            "compare", "--data", "rows.csv", "--model", "model", "--recipes", "cls-tanh,slow=cls-tanh", "--set", "input.max_length=32", "--set", "stages.0.lr=2e-3", "--set", "stages.0.batch_size=8",
            "--set", "slow:stages.0.lr=1e-6", "--baselines", "none", "--seeds", "2", "--metric", "accuracy", "--out", "cmp", "--json", "all.json", "--markdown", "all.md", "--latex", "all.tex", "--csv", "all.csv",
        ];
        ProcessResult result = TailorProcess.Run([.. compare], input: null, folder.Path);
        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"slow, seed 43 \(4 of 4\): stage 1 of 1, ", result.Error);
        Assert.Single(result.Error.Split('\n'), line => line.StartsWith("not in the checkpoint", StringComparison.Ordinal));

        JsonNode all = JsonNode.Parse(File.ReadAllText(folder.In("all.json")))!;
        Assert.Equal("cls-tanh", all["best"]!.GetValue<string>());
        double[] accuracies = [.. new[] { 42, 43 }.Select(seed => Result(folder, "cls-tanh", seed)["scores"]!["accuracy"]!.GetValue<double>())];
        Assert.Equal(accuracies.Average(), all["entries"]![0]!["scores"]!["accuracy"]!["mean"]!.GetValue<double>(), 12);
        Assert.Contains($"{accuracies.Average():F4} ± ", result.Output, StringComparison.Ordinal);
        Assert.Contains($"{accuracies.Average():F4} ± ", File.ReadAllText(folder.In("all.md")), StringComparison.Ordinal);
        Assert.Contains($@"{accuracies.Average():F4} $\pm$ ", File.ReadAllText(folder.In("all.tex")), StringComparison.Ordinal);
        Assert.Equal(3, File.ReadAllLines(folder.In("all.csv")).Length);

        string[] runs = ["cmp/runs/cls-tanh/seed-42", "cmp/runs/slow/seed-42"];
        ProcessResult pair = TailorProcess.Run(["compare", "--runs", .. runs, "--json", "-"], input: null, folder.Path);
        Assert.Equal((0, ""), (pair.ExitCode, pair.Error));
        JsonNode test = JsonNode.Parse(pair.Output)!, first = all["per_example"]![0]!;
        foreach (string key in new[] { "only_first_right", "only_second_right", "mcnemar_p" })
        {
            Assert.Equal(first[key]!.ToString(), test[key]!.ToString());
        }

        // With the same seed, examples and order, the difference in accuracy is that of the discordant examples.
        double examples = Result(folder, "slow", 42)["scores"]!["examples"]!.GetValue<double>();
        Assert.Equal(
            (accuracies[0] - Result(folder, "slow", 42)["scores"]!["accuracy"]!.GetValue<double>()) * examples,
            test["only_first_right"]!.GetValue<int>() - test["only_second_right"]!.GetValue<int>(), 9);
        Assert.Contains("slow", File.ReadAllText(folder.In("cmp/report.html")), StringComparison.Ordinal);
        Assert.Contains("McNemar's exact test", TailorProcess.Run(["compare", "--runs", .. runs], input: null, folder.Path).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Baselines_are_compared_once_and_a_recipe_that_does_not_beat_them_is_said_so()
    {
        using var folder = new TemporaryFolder();
        world.CopyTo(folder);
        string[] compare = ["compare", "--data", "rows.csv", "--model", "model", "--recipes", "cls-tanh", "--set", "input.max_length=32", "--set", "stages.0.lr=1e-9", "--set", "stages.0.epochs=1", "--seeds", "2", "--out", "cmp"];
        ProcessResult result = TailorProcess.Run([.. compare, "--baselines", "majority,tfidf-svm,probe-mean"], input: null, folder.Path);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("4 to compare, 5 runs to do, 0 finished before", result.Error, StringComparison.Ordinal);
        Assert.Contains("cls-tanh does not beat the baseline tfidf-svm on macro_f1", result.Output, StringComparison.Ordinal);
        Assert.Equal(["probe-mean/seed-0", "tfidf-svm/seed-0"], new[] { "probe-mean", "tfidf-svm" }.Select(name => $"{name}/{Path.GetFileName(Directory.GetDirectories(folder.In($"cmp/runs/{name}")).Single())}"));
        Assert.Contains("does not beat the baseline tfidf-svm", File.ReadAllText(folder.In("cmp/report.html")), StringComparison.Ordinal);
        Refusal.Check(TailorProcess.Run([.. compare, "--baselines", "tfidf-smv"], input: null, folder.Path), "'tfidf-smv'", "did you mean 'tfidf-svm'");
    }

    private static JsonNode Result(TemporaryFolder folder, string recipe, int seed) => JsonNode.Parse(File.ReadAllText(folder.In($"cmp/runs/{recipe}/seed-{seed}/result.json")))!;
}
