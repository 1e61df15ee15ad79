using System.Text.Json.Nodes;
using Tailor.Engine;

namespace Tailor.EndToEnd.Tests;

/// <summary><c>--precision</c> from the command line to the files.</summary>
public sealed class PrecisionTests(TinyWorld world)
{
    private const string Advice = "--precision mixed trains up to twice as fast";

    private static readonly Dictionary<string, string> Without = new() { [MixedPrecision.Variable] = "0" };

    [Fact]
    public void A_mixed_run_says_so_keeps_it_when_resumed_and_leaves_an_ordinary_model()
    {
        Assert.SkipWhen(MixedPrecision.Refusal is not null, MixedPrecision.Refusal ?? "");
        using var folder = new TemporaryFolder();
        world.CopyTo(folder);
        ProcessResult trained = TailorProcess.Run([.. TinyWorld.TrainArguments, "--precision", "mixed", "--out", "run"], input: null, folder.Path);
        Assert.Equal(0, trained.ExitCode);
        Assert.Contains("in mixed precision: linear layers in bf16", trained.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Advice, trained.Error, StringComparison.Ordinal);
        JsonNode run = JsonNode.Parse(File.ReadAllText(folder.In("run/run.json")))!;
        Assert.Equal("mixed", run["precision"]!.GetValue<string>());
        Assert.Contains("bf16 by A", run["instruction_set"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("--precision mixed", File.ReadAllText(folder.In("run/report.html")), StringComparison.Ordinal);
        Assert.DoesNotContain("BF16", ReadHead(folder.In("run/model/model.safetensors")), StringComparison.Ordinal);

        // Both precisions read it, and a machine without bf16 too.
        foreach (string precision in new[] { "fp32", "mixed" })
        {
            Assert.Equal(0, TailorProcess.Run(["predict", "run", "--text", "the apple", "--precision", precision], input: null, folder.Path).ExitCode);
            Assert.Equal(0, TailorProcess.Run(["evaluate", "run", "--data", "rows.csv", "--precision", precision], input: null, folder.Path).ExitCode);
        }

        Assert.Equal(0, TailorProcess.Run(["embed", "--model", "model", "--data", "rows.csv", "--max-length", "32", "--precision", "mixed", "--out", "x.safetensors"], input: null, folder.Path).ExitCode);
        Assert.Equal(0, TailorProcess.Run(["predict", "run", "--text", "the apple"], input: null, folder.Path, Without).ExitCode);
    }

    [Fact]
    public void A_run_and_its_resumption_are_of_one_precision()
    {
        using var folder = new TemporaryFolder();
        world.CopyTo(folder);
        world.CopyStopped(folder, "run");
        Refusal.Check(TailorProcess.Run(["train", "--resume", "run", "--precision", "fp32"], input: null, folder.Path), "leave out --precision");
        string description = folder.In("run/run.json");
        File.WriteAllText(description, File.ReadAllText(description).Replace("\"precision\": \"fp32\"", "\"precision\": \"mixed\"", StringComparison.Ordinal));
        Refusal.Check(TailorProcess.Run(["train", "--resume", "run"], input: null, folder.Path, Without), "--precision mixed", "no bf16 instructions", "use fp32");

        world.CopyCompared(folder);
        Refusal.Check(TailorProcess.Run([.. TinyWorld.CompareArguments, "--precision", "mixed"], input: null, folder.Path), "--precision mixed", "which is fp32");
    }

    [Theory]
    [InlineData("train --data rows.csv --model model --out run")]
    [InlineData("train --data rows.csv --model model --seeds 2 --out run")]
    [InlineData("compare --data rows.csv --model model --recipes cls-tanh --out run")]
    [InlineData("pretrain --text lines.txt --out run")]
    [InlineData("predict RUN --text apple")]
    [InlineData("evaluate RUN --data rows.csv")]
    [InlineData("embed --model model --data rows.csv --max-length 32 --out x.safetensors")]
    public void Without_bf16_instructions_it_is_refused_with_the_reason(string command)
    {
        string run = world.Finished(out _);
        using var folder = new TemporaryFolder();
        world.CopyTo(folder);
        folder.Write("lines.txt", "the apple\n");
        string[] args = [.. command.Split(' ').Select(word => word == "RUN" ? run : word), "--precision", "mixed"];
        string[] before = folder.Contents;
        Refusal.Check(TailorProcess.Run([.. args, .. args[0] is "train" or "compare" ? new[] { "--set", "input.max_length=32" } : []], input: null, folder.Path, Without), "--precision mixed", "TAILOR_BF16=0", "slower than fp32");
        Assert.Equal(before, folder.Contents);
    }

    [Fact]
    public void A_run_in_fp32_says_once_that_mixed_would_be_faster_and_nothing_when_it_would_not_or_is_quiet()
    {
        using var folder = new TemporaryFolder();
        world.CopyTo(folder);
        string[] args = [.. TinyWorld.TrainArguments, "--set", "stages.0.epochs=1"];
        int expected = MixedPrecision.Refusal is null ? 1 : 0;
        Assert.Equal(expected, Count(TailorProcess.Run([.. args, "--seeds", "2", "--out", "a"], input: null, folder.Path)));
        Assert.Equal(0, Count(TailorProcess.Run([.. args, "--out", "b"], input: null, folder.Path, Without)));
        Assert.Equal(0, Count(TailorProcess.Run([.. args, "--quiet", "--out", "c"], input: null, folder.Path)));
        Assert.Equal(0, Count(TailorProcess.Run([.. args, "--precision", "fp32", "--out", "d"], input: null, folder.Path)));
    }

    [Fact]
    public void The_doctor_says_whether_it_is_there()
    {
        Assert.Contains("mixed precision  not available", TailorProcess.Run(["doctor"], input: null, environment: Without).Output, StringComparison.Ordinal);
        Assert.Contains("No mixed precision: TAILOR_BF16=0", TailorProcess.Run(["doctor", "--json"], input: null, environment: Without).Output, StringComparison.Ordinal);
    }

    private static int Count(ProcessResult result)
    {
        Assert.Equal(0, result.ExitCode);
        return result.Error.Split(Advice).Length - 1;
    }

    private static string ReadHead(string safetensors)
    {
        using var reader = new BinaryReader(File.OpenRead(safetensors));
        return System.Text.Encoding.UTF8.GetString(reader.ReadBytes((int)reader.ReadInt64()));
    }
}
