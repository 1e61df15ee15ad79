using System.Diagnostics;
using Tailor.Foundation;

namespace Tailor.EndToEnd.Tests;

/// <summary>Runs that are killed or interrupted, and resumed, come to the same bits as undisturbed ones.</summary>
public sealed class KillTests(TinyWorld world)
{
    [Fact]
    public void Three_kills_at_random_moments_change_no_bit()
    {
        const int kills = 3, longestDelay = 150;
        using var folder = new TemporaryFolder();
        world.CopyTo(folder);
        RandomStream random = RandomStream.For(7, "kills");
        for (int i = 0; i < kills; i++)
        {
            using Process process = TailorProcess.Start(i == 0 ? [.. TinyWorld.LongArguments, "--out", "run"] : ["train", "--resume", "run"], folder.Path);
            Moments.WaitForSteps(process);
            Thread.Sleep(random.NextInt(longestDelay));
            process.Kill();
            process.WaitForExit();
            Assert.False(File.Exists(folder.In("run/result.json")), "the run ended before it was killed");
        }

        // What a kill in the middle of a checkpoint leaves.
        Directory.CreateDirectory(folder.In("run/checkpoint"));
        folder.Write("run/checkpoint/state.safetensors.4711.tmp", "half");
        ProcessResult last = TailorProcess.Run(["train", "--quiet", "--resume", "run"], input: null, folder.Path);
        Assert.Equal((0, ""), (last.ExitCode, last.Error));
        SameRun.Check(world.Undisturbed(), folder.In("run"));
    }

    [Fact]
    public void Ctrl_C_stops_after_the_step_and_says_how_to_go_on()
    {
        using var folder = new TemporaryFolder();
        world.CopyTo(folder);
        Interrupt(folder, [.. TinyWorld.LongArguments, "--out", "run"], "tailor train --resume run");
        Assert.True(File.Exists(folder.In("run/checkpoint/state.safetensors")));
        Assert.False(Directory.Exists(folder.In("run/model")));
        ProcessResult resumed = TailorProcess.Run(["train", "--resume", "run"], input: null, folder.Path);
        Assert.Equal(0, resumed.ExitCode);
        Assert.Matches(@"training: stage 1 of 1, 400 steps, from step \d+; ", resumed.Error);
        SameRun.Check(world.Undisturbed(), folder.In("run"));
    }

    [Fact]
    public void Pretraining_that_is_interrupted_goes_on_to_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        folder.Write("lines.txt", File.ReadAllText(world.In("lines.txt")));
        string[] args = ["pretrain", "--text", "lines.txt", "--vocab-size", "60", "--layers", "1", "--hidden", "16", "--heads", "2", "--max-length", "16", "--steps", "300", "--batch-size", "8", "--eval-every", "50", "--dev-share", "0.2"];
        ProcessResult whole = TailorProcess.Run([.. args, "--out", "whole"], input: null, folder.Path);
        Assert.Equal(0, whole.ExitCode);
        Assert.StartsWith("whole/model\tdev loss ", whole.Output, StringComparison.Ordinal);

        Interrupt(folder, [.. args, "--out", "run"], "tailor pretrain --resume run");
        ProcessResult resumed = TailorProcess.Run(["pretrain", "--resume", "run"], input: null, folder.Path);
        Assert.Equal(0, resumed.ExitCode);
        SameRun.Check(folder.In("whole"), folder.In("run"));
        Assert.Equal(whole.Output["whole".Length..], resumed.Output["run".Length..]);

        ProcessResult embedded = TailorProcess.Run(["embed", "--quiet", "--model", "run/model", "--data", world.In("rows.csv"), "--max-length", "16", "--out", "x.safetensors"], input: null, folder.Path);
        Assert.Equal((0, ""), (embedded.ExitCode, embedded.Error));
    }

    private static void Interrupt(TemporaryFolder folder, IReadOnlyList<string> args, string expected)
    {
        using Process process = TailorProcess.Start(args, folder.Path);
        Moments.WaitForSteps(process);
        Moments.Interrupt(process);
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(130, process.ExitCode);
        Assert.EndsWith($"tailor: stopped; continue with: {expected}\n", error, StringComparison.Ordinal);
    }
}
