using Tailor.Engine;

namespace Tailor.EndToEnd.Tests;

/// <summary>A loss that becomes NaN: one line with step and learning rate, exit code 1, and the last checkpoint, which is sound, stays.</summary>
public sealed class DivergenceTests(TinyWorld world)
{
    /// <summary>Its name on the page.</summary>
    public const string Name = "a loss that becomes NaN (exit code 1)";

    [Fact]
    public void A_loss_that_becomes_NaN_ends_the_run_and_keeps_the_last_good_checkpoint()
    {
        using var folder = new TemporaryFolder();
        world.CopyTo(folder);
        string[] args =
        [
            "train", "--quiet", "--data", "rows.csv", "--model", "model", "--set", "input.max_length=32", "--set", "stages.0.lr=10", "--set", "stages.0.weight_decay=10", "--set", "stages.0.clip=0",
            "--set", "stages.0.warmup=0", "--set", "stages.0.schedule=constant", "--checkpoint-every", "3", "--out", "run",
        ];
        ProcessResult result = TailorProcess.Run(args, input: null, folder.Path);
        CheckLine(result);
        BadInputPage.Check("Recipes and runs", Name, args, result, folder.Path);

        Assert.Equal(["run.json", "checkpoint", "metrics.jsonl"], Directory.EnumerateFileSystemEntries(folder.In("run")).Select(Path.GetFileName).OrderByDescending(name => name == "run.json").ThenBy(name => name));
        using (SafetensorsFile checkpoint = SafetensorsFile.Open(folder.In("run/checkpoint/state.safetensors")))
        {
            Assert.DoesNotContain(checkpoint.Entries.Keys, checkpoint.HasNonFinite);
        }

        byte[] before = File.ReadAllBytes(folder.In("run/checkpoint/state.safetensors"));
        ProcessResult resumed = TailorProcess.Run(["train", "--quiet", "--resume", "run"], input: null, folder.Path);
        CheckLine(resumed);
        Assert.Equal(result.Error, resumed.Error);
        Assert.Equal(before, File.ReadAllBytes(folder.In("run/checkpoint/state.safetensors")));
    }

    private static void CheckLine(ProcessResult result)
    {
        Assert.Matches(@"^tailor: error: the .+ became \S+ at step \d+ with learning rate 10; the last good checkpoint is kept; start again with a smaller lr .+\n$", result.Error);
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
    }
}
