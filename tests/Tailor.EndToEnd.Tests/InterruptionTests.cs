using System.Diagnostics;

namespace Tailor.EndToEnd.Tests;

/// <summary>Runs that are stopped, killed and continued.</summary>
public sealed class InterruptionTests(SmallModel small) : IClassFixture<SmallModel>
{
    private const int Kills = 3;

    [Fact]
    public void A_run_killed_at_any_moment_and_resumed_gives_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        string undisturbed = folder.In("undisturbed"), killed = folder.In("killed");
        SmallModel.Succeed(LongRun(undisturbed));
        string[] args = LongRun(killed);
        for (int kill = 0; kill < Kills; kill++)
        {
            using Process process = TailorProcess.Start(args);
            long before = Checkpoint(killed);
            WaitUntil(() => Checkpoint(killed) > before || process.HasExited);

            // Moments between two steps, inside a step and inside a write are all wanted.
            Thread.Sleep(17 * kill);
            process.Kill();
            process.WaitForExit();
            Assert.False(File.Exists(Path.Combine(killed, "result.json")), "the run was over before it was killed; make it longer");
            args = ["train", "--resume", killed];
        }

        SmallModel.Succeed(args);
        Assert.Equal(File.ReadAllBytes(Path.Combine(undisturbed, "model", "model.safetensors")), File.ReadAllBytes(Path.Combine(killed, "model", "model.safetensors")));
        Assert.Equal(File.ReadAllText(Path.Combine(undisturbed, "metrics.jsonl")), File.ReadAllText(Path.Combine(killed, "metrics.jsonl")));
    }

    [Fact]
    public async Task Ctrl_C_stops_after_the_step_and_says_how_to_resume()
    {
        using var folder = new TemporaryFolder();
        string run = folder.In("run");
        using (Process process = TailorProcess.Start(LongRun(run)))
        {
            Task<string> talk = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            WaitUntil(() => Checkpoint(run) > 0 || process.HasExited);
            using (var interrupt = Process.Start("kill", ["-INT", $"{process.Id}"]))
            {
                interrupt.WaitForExit();
            }

            WaitUntil(() => process.HasExited);
            string error = await talk;
            Assert.Equal(130, process.ExitCode);
            Assert.Contains($"tailor train --resume {run}", error, StringComparison.Ordinal);
            Assert.DoesNotContain("error", error, StringComparison.Ordinal);
        }

        SmallModel.Succeed("train", "--resume", run, "--quiet");
        Refusal.Check(TailorProcess.Run("train", "--resume", run), run, "finished");
    }

    [Fact]
    public void Resuming_with_other_data_or_arguments_is_refused()
    {
        using var folder = new TemporaryFolder();
        string run = folder.In("run"), data = folder.In("data.csv");
        File.Copy(small.Data, data);
        string[] args = [.. LongRun(run).Select(arg => arg == small.Data ? data : arg)];
        using (Process process = TailorProcess.Start(args))
        {
            WaitUntil(() => Checkpoint(run) > 0 || process.HasExited);
            process.Kill();
            process.WaitForExit();
        }

        Refusal.Check(TailorProcess.Run("train", "--resume", run, "--data", data), "--resume", "--data");
        File.AppendAllText(data, "one more printer,printer\n");
        Refusal.Check(TailorProcess.Run("train", "--resume", run), data, "is not what the run was begun with");
        Refusal.Check(TailorProcess.Run("train", "--resume", folder.In("nothing")), "run.json");
        Refusal.Check(TailorProcess.Run(args), run, "exists", "--resume");
    }

    private string[] LongRun(string output) => small.Train(output, "--set", "stages.0.epochs=null", "--set", "stages.0.steps=240", "--checkpoint-every", "3");

    /// <summary>A number that grows with each checkpoint.</summary>
    private static long Checkpoint(string run)
    {
        var folder = new DirectoryInfo(Path.Combine(run, "checkpoint"));
        return folder.Exists ? folder.EnumerateFiles().Select(file => file.LastWriteTimeUtc.Ticks).DefaultIfEmpty(0).Max() : 0;
    }

    private static void WaitUntil(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(2), "waited two minutes in vain");
            Thread.Sleep(5);
        }
    }
}
