using System.Text.Json.Nodes;

namespace Tailor.EndToEnd.Tests;

/// <summary><c>tailor export</c>, and the commands that take its folder.</summary>
public sealed class ExportTests(TinyWorld world)
{
    [Fact]
    public void An_exported_folder_predicts_and_scores_as_its_run()
    {
        using var folder = new TemporaryFolder();
        world.CopyTo(folder);
        world.CopyFinished(folder, "run");
        JsonNode written = JsonNode.Parse(Run(folder, "export", "run", "--out", "onnx", "--json"))!;
        Assert.Equal(new FileInfo(folder.In("onnx/model.onnx")).Length, written["bytes"]!.GetValue<long>());
        Assert.InRange(written["largest_difference"]!.GetValue<double>(), 0, 1e-5);
        Assert.Equal(Run(folder, "evaluate", "run", "--data", "rows.csv"), Run(folder, "evaluate", "onnx", "--data", "rows.csv"));

        // Nothing of libtorch is loaded, and the model's own folder is not needed.
        Directory.Delete(folder.In("run"), recursive: true);
        foreach (string line in Run(folder, "predict", "onnx", "--data", "rows.csv", "--threads", "1", "--json").TrimEnd('\n').Split('\n'))
        {
            Assert.Equal(3, JsonNode.Parse(line)!["top"]!.AsArray().Count);
        }
    }

    [Fact]
    public void An_8_bit_folder_is_smaller_and_predicts_alike()
    {
        using var folder = new TemporaryFolder();
        world.CopyTo(folder);
        world.CopyFinished(folder, "run");
        Assert.Contains("onnx/model.onnx", Run(folder, "export", "run", "--out", "onnx"), StringComparison.Ordinal);
        Assert.Contains("class names differ by at most", Run(folder, "export", "run", "--out", "int8", "--int8"), StringComparison.Ordinal);
        Assert.True(new FileInfo(folder.In("int8/model.onnx")).Length < 0.7 * new FileInfo(folder.In("onnx/model.onnx")).Length);
        string[] exact = Labels("onnx"), rounded = Labels("int8");
        Assert.True(exact.Zip(rounded).Count(pair => pair.First == pair.Second) >= 0.9 * exact.Length);

        string[] Labels(string of) => [.. Run(folder, "predict", of, "--data", "rows.csv").TrimEnd('\n').Split('\n').Select(line => line.Split('\t')[0])];
    }

    private static string Run(TemporaryFolder folder, params string[] args)
    {
        ProcessResult result = TailorProcess.Run(args, input: null, folder.Path);
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Output;
    }
}
