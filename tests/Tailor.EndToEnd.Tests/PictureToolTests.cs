using System.Text.Json.Nodes;

namespace Tailor.EndToEnd.Tests;

/// <summary><c>inspect</c> and <c>longtail</c> on pictures.</summary>
public sealed class PictureToolTests(TinyWorld world)
{
    [Fact]
    public void Inspect_counts_classes_sizes_kinds_and_what_occurs_twice()
    {
        using var folder = new TemporaryFolder();
        world.Pictures.CopyTo(folder);
        File.Copy(folder.In("pictures/train/red/0.png"), folder.In("pictures/train/red/again.png"));
        File.Copy(folder.In("pictures/train/blue/1.png"), folder.In("pictures/test/green/leak.png"));
        folder.Write("pictures/dev/red/0.png", PictureWorld.OnePixel());
        JsonNode found = Json(folder, "inspect", "pictures", "--json");
        Assert.Equal([PictureWorld.TrainCount + 1, PictureWorld.DevCount, PictureWorld.TestCount + 1], found["splits"]!.AsArray().Select(split => split!["pictures"]!.GetValue<int>()));
        Assert.Equal(PictureWorld.DevCount, found["splits"]![1]!["kinds"]!["PNG"]!.GetValue<int>());
        Assert.Equal(1, found["splits"]![1]!["heights"]!["smallest"]!.GetValue<int>());
        Assert.InRange(found["splits"]![0]!["widths"]!["median"]!.GetValue<int>(), 10, 20);
        Assert.Equal(["red", "green", "blue"], found["classes"]!.AsArray().Select(row => row!["label"]!.GetValue<string>()));
        Assert.Equal(13 / 4.0, found["imbalance_ratio"]!.GetValue<double>());
        JsonNode repeats = found["repeats"]!;
        Assert.Equal((1, 1, 1), (repeats["within_train"]!.GetValue<int>(), repeats["test_in_train"]!.GetValue<int>(), repeats["contradicting"]!.GetValue<int>()));
        Assert.Equal(2, repeats["groups"]!.AsArray().Count);
        string text = Run(folder, "inspect", "pictures").Output;
        Assert.Contains("- pictures/train/blue/1.png (train, blue) = pictures/test/green/leak.png (test, green)\n", text, StringComparison.Ordinal);
        Assert.Contains("1 dev or test picture stands in another part too", text.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_tail_of_files_is_a_folder_of_tables_that_trains()
    {
        using var folder = new TemporaryFolder();
        world.Pictures.CopyTo(folder);
        JsonNode made = Json(folder, "longtail", "pictures", "--ratio", "4", "--out", "tail", "--json");
        Assert.Equal([4, 2, 1], made["counts"]!.AsObject().Select(count => count.Value!.GetValue<int>()));
        Assert.Equal(["dev.csv", "label2idx.json", "test.csv", "train.csv"], Directory.GetFiles(folder.In("tail")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        JsonNode found = Json(folder, "inspect", "tail", "--json");
        Assert.Equal([7, PictureWorld.DevCount, PictureWorld.TestCount], found["splits"]!.AsArray().Select(split => split!["pictures"]!.GetValue<int>()));
        Assert.Equal(4, found["imbalance_ratio"]!.GetValue<double>());
        Run(folder, "longtail", "pictures", "--ratio", "4", "--out", "again");
        Assert.Equal(File.ReadAllText(folder.In("tail/train.csv")), File.ReadAllText(folder.In("again/train.csv")));
        Run(folder, [.. PictureWorld.Train("vit-linear-probe", "tail"), "--out", "run"]);
    }

    [Fact]
    public void A_long_tail_of_idx_files_is_idx_files()
    {
        using var folder = new TemporaryFolder();
        PictureWorld.WriteIdx(folder, "digits");
        JsonNode made = Json(folder, "longtail", "digits", "--profile", "step", "--ratio", "3", "--out", "tail", "--json");
        Assert.Equal([6, 2, 2], made["counts"]!.AsObject().Select(count => count.Value!.GetValue<int>()));
        JsonNode found = Json(folder, "inspect", "tail", "--json");
        Assert.Equal([10, 12], found["splits"]!.AsArray().Select(split => split!["pictures"]!.GetValue<int>()));
        Assert.Equal(["0", "1", "2"], found["classes"]!.AsArray().Select(row => row!["label"]!.GetValue<string>()).Order(StringComparer.Ordinal));

        // The test pictures are those of before, to the bit: together every one occurs twice.
        Directory.CreateDirectory(folder.In("both"));
        foreach (string kind in new[] { "images-idx3", "labels-idx1" })
        {
            File.Copy(folder.In($"digits/t10k-{kind}-ubyte.gz"), folder.In($"both/train-{kind}-ubyte.gz"));
            File.Copy(folder.In($"tail/test-{kind}-ubyte.gz"), folder.In($"both/test-{kind}-ubyte.gz"));
        }

        JsonNode repeats = Json(folder, "inspect", "both", "--json")["repeats"]!;
        Assert.Equal((12, 0), (repeats["test_in_train"]!.GetValue<int>(), repeats["contradicting"]!.GetValue<int>()));
    }

    private static ProcessResult Run(TemporaryFolder folder, params string[] args)
    {
        ProcessResult result = TailorProcess.Run(args, input: null, folder.Path);
        Assert.True(result.ExitCode == 0, $"tailor {string.Join(' ', args)} ended with {result.ExitCode}: {result.Error}");
        return result;
    }

    private static JsonNode Json(TemporaryFolder folder, params string[] args) => JsonNode.Parse(Run(folder, args).Output)!;
}
