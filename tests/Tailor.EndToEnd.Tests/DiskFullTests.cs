using System.Diagnostics;

namespace Tailor.EndToEnd.Tests;

/// <summary>A disk that takes no more: one line with file, bytes and reason, exit code 2, no half-written file, and the run goes on to the same bits when there is room again.</summary>
public sealed class DiskFullTests(TinyWorld world)
{
    private const string Checkpoint = "the disk full at a checkpoint";
    private const string Model = "the disk full at the final model";
    private const string Start = "the disk full at the start";
    private const string Limit = "a file beyond ulimit -f";

    /// <summary>Their names on the page.</summary>
    public static string[] Names => [Checkpoint, Model, Start, Limit];

    [Fact]
    public void The_former_checkpoint_stays_when_the_disk_is_full_at_the_next()
    {
        using var folder = new TemporaryFolder();
        world.CopyTo(folder);
        using SmallDisk disk = SmallDisk.Mount(folder.In("disk"), 400);
        string[] args = [.. TinyWorld.LongArguments, "--quiet", "--out", "disk/run"];
        ProcessResult result = TailorProcess.Run(args, input: null, folder.Path);
        Refusal.Check(result, "disk/run/checkpoint/state.safetensors", "bytes could not be written", "former checkpoint is kept", "--resume");
        Assert.Equal(["checkpoint", "checkpoint/state.safetensors", "metrics.jsonl", "run.json"], Entries(folder.In("disk/run")));
        BadInputPage.Check("Recipes and runs", Checkpoint, args, result, folder.Path);

        disk.Grow();
        ProcessResult resumed = TailorProcess.Run(["train", "--quiet", "--resume", "disk/run"], input: null, folder.Path);
        Assert.Equal((0, ""), (resumed.ExitCode, resumed.Error));
        SameRun.Check(world.Undisturbed(), folder.In("disk/run"));
    }

    [Fact]
    public void A_run_whose_final_model_finds_no_room_writes_it_when_there_is()
    {
        using var folder = new TemporaryFolder();
        world.CopyTo(folder);
        using SmallDisk disk = SmallDisk.Mount(folder.In("disk"), 160);
        string[] args = [.. TinyWorld.TrainArguments, "--quiet", "--out", "disk/run"];
        ProcessResult result = TailorProcess.Run(args, input: null, folder.Path);
        Refusal.Check(result, "disk/run/model/model.safetensors", "bytes could not be written", "the run so far is kept", "--resume disk/run");
        string[] entries = Entries(folder.In("disk/run"));
        Assert.DoesNotContain(entries, entry => entry.EndsWith(".tmp", StringComparison.Ordinal) || entry is "model/model.safetensors" or "result.json");
        Assert.Contains("checkpoint/state.safetensors", entries);
        BadInputPage.Check("Recipes and runs", Model, args, result, folder.Path);

        disk.Grow();
        ProcessResult resumed = TailorProcess.Run(["train", "--quiet", "--resume", "disk/run"], input: null, folder.Path);
        Assert.Equal((0, ""), (resumed.ExitCode, resumed.Error));
        SameRun.Check(world.Finished(out _), folder.In("disk/run"));
    }

    [Fact]
    public void A_pretraining_run_that_finds_no_room_at_all_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        world.CopyTo(folder);
        using SmallDisk disk = SmallDisk.Mount(folder.In("disk"), 40);
        folder.Write("lines.txt", File.ReadAllText(world.In("lines.txt")));
        string[] args = ["pretrain", "--quiet", "--text", "lines.txt", "--model", "model", "--max-length", "32", "--steps", "4", "--out", "disk/run"];
        ProcessResult result = TailorProcess.Run(args, input: null, folder.Path);
        Refusal.Check(result, "disk/run/initial/model.safetensors", "bytes could not be written", "start again");
        Assert.Empty(Entries(folder.In("disk")));
        BadInputPage.Check("Recipes and runs", Start, args, result, folder.Path);
    }

    [Fact]
    public void A_file_beyond_the_limit_of_ulimit_is_refused_and_not_begun()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "ulimit -f is tested on Linux");
        using var folder = new TemporaryFolder();
        folder.Write("balanced.csv", "text,label\n" + string.Concat(Enumerable.Range(0, 400).Select(i => $"an example numbered {i},{(i % 2 == 0 ? "even" : "odd")}\n")));
        string[] args = ["longtail", "balanced.csv", "--ratio", "2", "--out", "long.csv"];
        ProcessResult result = TailorProcess.RunWithFileSizeLimit(1, args, folder.Path);
        Refusal.Check(result, "long.csv", "could not be written", "ulimit -f");
        Assert.Equal(["balanced.csv"], Entries(folder.Path));
        BadInputPage.Check("Recipes and runs", Limit, args, result, folder.Path);
    }

    private static string[] Entries(string folder) => [.. Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Select(entry => Path.GetRelativePath(folder, entry)).Order(StringComparer.Ordinal)];
}
