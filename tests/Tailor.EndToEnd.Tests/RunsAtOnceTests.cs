using System.Diagnostics;
using System.Text.Json.Nodes;
using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor.EndToEnd.Tests;

/// <summary>Several runs of a comparison at once: the bits of one after another, and what goes wrong in one harms no other.</summary>
public sealed class RunsAtOnceTests(TinyWorld world)
{
    [Fact]
    public void They_come_to_the_bits_of_one_after_another()
    {
        using var folder = new TemporaryFolder();
        int baselines = 0;
        BaselineEntry[] methods = [.. new[] { "x", "y" }.Select(name => new BaselineEntry(name, "counts", isDeterministic: false, (data, examples, _) =>
        {
            Assert.Equal(1, Interlocked.Increment(ref baselines));
            Thread.Sleep(20);
            Interlocked.Decrement(ref baselines);
            return new BaselinePredictions(data.LabelIds(examples), [], 0);
        }))];
        CompareRequest request = world.Comparing(folder.In("one"), [1, 2], ["cls-tanh", "linear-probe", "lora"], methods) with { Jobs = 1 };
        ComparisonResult one = Comparison.Run(request, progress: null, TestContext.Current.CancellationToken);
        var events = new Events();
        ComparisonResult four = Comparison.Run(request with { Output = folder.In("four"), Jobs = 4 }, events, TestContext.Current.CancellationToken);
        Assert.Empty(four.Missing);
        Assert.Equal(one.Rows.Select(row => (row.Name, row.Score("macro_f1"))), four.Rows.Select(row => (row.Name, row.Score("macro_f1"))));
        foreach (string run in new[] { "cls-tanh", "linear-probe", "lora" }.SelectMany(name => new[] { $"runs/{name}/seed-1", $"runs/{name}/seed-2" }))
        {
            SameRun.Check(folder.In($"one/{run}"), folder.In($"four/{run}"));
        }

        Assert.True(events.MostAtOnce > 1, "never two runs at once");
        Assert.Equal(Enumerable.Range(1, 10), events.Finished.Order());
    }

    [Fact]
    public void A_failure_stops_the_others_with_their_state_saved()
    {
        using var folder = new TemporaryFolder();
        using var stepping = new ManualResetEventSlim();
        bool fails = true;
        var faulty = new BaselineEntry("faulty", "fails", isDeterministic: true, (data, examples, _) =>
        {
            Assert.True(stepping.Wait(TimeSpan.FromMinutes(1)));
            return fails ? throw new InputException("the disk is gone") : new BaselinePredictions(data.LabelIds(examples), [], 0);
        });
        string[] set = [.. TinyWorld.LongArguments.Where(argument => argument.Contains('=', StringComparison.Ordinal))];
        CompareRequest request = world.Comparing(folder.In("cmp"), [42], ["cls-tanh"], faulty) with { Jobs = 2, Overrides = set, CheckpointEvery = 7 };
        InputException fault = Assert.Throws<InputException>(() => Comparison.Run(request, new Events(stepping.Set), TestContext.Current.CancellationToken));
        Assert.Equal("the disk is gone", fault.Message);
        Assert.True(File.Exists(folder.In("cmp/runs/cls-tanh/seed-42/checkpoint/state.safetensors")));
        Assert.False(File.Exists(folder.In("cmp/runs/cls-tanh/seed-42/result.json")));

        fails = false;
        Assert.Empty(Comparison.Run(request, progress: null, TestContext.Current.CancellationToken).Missing);
        SameRun.Check(world.Undisturbed(), folder.In("cmp/runs/cls-tanh/seed-42"));
    }

    [Fact]
    public void A_call_has_its_folder_to_itself_and_shares_have_it_among_them()
    {
        using var folder = new TemporaryFolder();
        CompareRequest Request(Func<CompareRequest, object?> meanwhile, Shard? shard)
        {
            CompareRequest? request = null;
            var entry = new BaselineEntry("a", "looks", isDeterministic: true, (data, examples, _) =>
            {
                meanwhile(request!);
                return new BaselinePredictions(data.LabelIds(examples), [], 0);
            });
            return request = world.Comparing(folder.In(shard is null ? "whole" : "share"), [1], [], entry) with { Shard = shard };
        }

        string said = "another tailor compare is at work in this folder";
        int looked = 0;
        Compare(Request(
            request =>
            {
                Assert.Contains(said, Assert.Throws<InputException>(() => Compare(request)).Message, StringComparison.Ordinal);
                Assert.Contains(said, Assert.Throws<InputException>(() => Compare(request with { Shard = new Shard(1, 2) })).Message, StringComparison.Ordinal);
                return looked++;
            },
            null));
        Compare(Request(
            request =>
            {
                Assert.Contains(said, Assert.Throws<InputException>(() => Compare(request)).Message, StringComparison.Ordinal);
                Assert.Contains(said, Assert.Throws<InputException>(() => Compare(request with { Shard = null })).Message, StringComparison.Ordinal);
                Assert.Single(Compare(request with { Shard = new Shard(2, 2) }).Missing);
                return looked++;
            },
            new Shard(1, 2)));
        Assert.Equal(2, looked);

        // What a killed call leaves before it wrote anything does not stand in the way.
        Directory.CreateDirectory(folder.In("whole-2"));
        folder.Write("whole-2/.lock", "");
        Assert.Empty(Compare(Request(_ => null, null) with { Output = folder.In("whole-2") }).Missing);

        static ComparisonResult Compare(CompareRequest request) => Comparison.Run(request, progress: null, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Interrupted_runs_save_their_state_and_the_same_command_goes_on_to_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        world.CopyTo(folder);
        string[] compare = ["compare", "--recipes", "cls-tanh", "--baselines", "none", "--seeds", "2", "--jobs", "2", "--out", "cmp", .. TinyWorld.LongArguments.Skip(1)];
        using (Process process = TailorProcess.Start(compare, folder.Path))
        {
            Moments.WaitForSteps(process);
            Moments.WaitForSteps(process);
            Moments.Interrupt(process);
            Assert.EndsWith("tailor: stopped; the same command goes on from here\n", process.StandardError.ReadToEnd(), StringComparison.Ordinal);
            process.WaitForExit();
            Assert.Equal(130, process.ExitCode);
        }

        foreach (int seed in new[] { 42, 43 })
        {
            Assert.True(File.Exists(folder.In($"cmp/runs/cls-tanh/seed-{seed}/checkpoint/state.safetensors")));
        }

        ProcessResult last = TailorProcess.Run(compare, input: null, folder.Path);
        Assert.Equal(0, last.ExitCode);
        Assert.Matches(@"cls-tanh, seed 4[23]: accuracy [\d.]+, macro F1 [\d.]+ in [\d.]+ s; 2 of 2 runs done\n", last.Error);
        SameRun.Check(world.Undisturbed(), folder.In("cmp/runs/cls-tanh/seed-42"));
    }

    [Fact]
    public void How_many_at_once_is_measured_once_and_a_comparison_goes_on_with_its_threads_a_run()
    {
        using var folder = new TemporaryFolder();
        world.CopyTo(folder);
        string[] compare = ["compare", "--data", "rows.csv", "--model", "model", "--recipes", "cls-tanh", "--set", "input.max_length=32", "--set", "stages.0.epochs=2", "--baselines", "none", "--threads", "2", "--out", "cmp"];
        ProcessResult measured = TailorProcess.Run([.. compare, "--seeds", "2"], input: null, folder.Path);
        Assert.Equal(0, measured.ExitCode);
        int threads = Threads(folder, 42);
        Assert.Equal(threads == 1, measured.Error.Contains("2 runs at once, 1 thread each: ", StringComparison.Ordinal));
        Assert.Equal(threads, Threads(folder, 43));

        ProcessResult more = TailorProcess.Run([.. compare, "--seeds", "4"], input: null, folder.Path);
        Assert.Equal(0, more.ExitCode);
        Assert.Equal((threads, threads), (Threads(folder, 44), Threads(folder, 45)));
        Assert.DoesNotContain("at once", more.Error, StringComparison.Ordinal);

        ProcessResult other = TailorProcess.Run([.. compare, "--seeds", "5", "--jobs", $"{threads}"], input: null, folder.Path);
        Assert.Equal(3 - threads, Threads(folder, 46));
        Assert.Contains("earlier runs of this comparison had ", other.Error, StringComparison.Ordinal);
    }

    private static int Threads(TemporaryFolder folder, int seed) => JsonNode.Parse(File.ReadAllText(folder.In($"cmp/runs/cls-tanh/seed-{seed}/run.json")))!["threads"]!.GetValue<int>();

    private sealed class Events(Action? step = null) : IProgress<ComparisonEvent>
    {
        private readonly HashSet<int> _running = [];

        public int MostAtOnce { get; private set; }

        public List<int> Finished { get; } = [];

        public void Report(ComparisonEvent value)
        {
            switch (value)
            {
                case RunStarted started:
                    _running.Add(started.Number);
                    MostAtOnce = Math.Max(MostAtOnce, _running.Count);
                    break;
                case RunFinished finished:
                    _running.Remove(finished.Number);
                    Finished.Add(finished.Number);
                    break;
                case RunAdvanced { Event: StepDone }:
                    step?.Invoke();
                    break;
            }
        }
    }
}
