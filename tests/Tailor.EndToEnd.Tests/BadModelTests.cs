using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace Tailor.EndToEnd.Tests;

/// <summary>Faulty model directories and recipes: one line, exit code 2, and no run folder.</summary>
public sealed class BadModelTests(SmallModel small) : IClassFixture<SmallModel>
{
    [Fact]
    public void A_truncated_checkpoint_is_refused() =>
        Refuse(model => Weights(model, bytes => bytes[..^100]), "model.safetensors");

    [Fact]
    public void A_header_length_of_two_to_the_sixty_is_refused() =>
        Refuse(
            model => Weights(model, bytes =>
            {
                BinaryPrimitives.WriteUInt64LittleEndian(bytes, 1UL << 60);
                return bytes;
            }),
            "model.safetensors",
            "1,152,921,504,606,846,976".Replace(",", "", StringComparison.Ordinal));

    [Fact]
    public void Overlapping_offsets_are_refused() =>
        Refuse(
            model => Header(model, header =>
            {
                // Two tensors of one shape, of which the second claims the bytes of the first.
                JsonObject first = header["bert.encoder.layer.0.attention.self.query.weight"]!.AsObject(), second = header["bert.encoder.layer.0.attention.self.key.weight"]!.AsObject();
                second["data_offsets"] = first["data_offsets"]!.DeepClone();
            }),
            "model.safetensors",
            "bert.encoder.layer.0.attention.self");

    [Fact]
    public void Offsets_outside_the_file_are_refused() =>
        Refuse(
            model => Header(model, header => Last(header)["data_offsets"] = new JsonArray(1L << 40, (1L << 40) + 128)),
            "model.safetensors",
            $"{1L << 40}");

    [Fact]
    public void NaN_in_the_weights_is_refused() =>
        Refuse(
            model => Weights(model, bytes =>
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(bytes.Length - 4), float.NaN);
                return bytes;
            }),
            "model",
            "NaN");

    [Fact]
    public void A_config_without_hidden_size_is_refused() =>
        Refuse(model => Config(model, config => config.Remove("hidden_size")), "config.json", "hidden_size");

    [Fact]
    public void A_config_that_disagrees_with_the_weights_is_refused() =>
        Refuse(model => Config(model, config => config["intermediate_size"] = 64), "model", "intermediate", "64", "128");

    [Fact]
    public void A_vocabulary_that_does_not_fit_the_embedding_is_refused() =>
        Refuse(
            model =>
            {
                File.Delete(Path.Combine(model, "tokenizer.json"));
                File.AppendAllText(Path.Combine(model, "vocab.txt"), "additional\n");
            },
            "401",
            "400");

    [Fact]
    public void A_missing_model_directory_is_refused() =>
        Refuse(model => Directory.Delete(model, recursive: true), "no such folder");

    [Fact]
    public void A_max_length_over_the_models_positions_is_refused() => Refuse(_ => { }, ["--set", "input.max_length=49"], "49", "48");

    [Fact]
    public void A_wrong_key_of_a_recipe_is_refused_with_the_nearest_name() => Refuse(_ => { }, ["--set", "stages.0.epoch=3"], "stages.0.epoch", "did you mean 'epochs'");

    [Fact]
    public void A_recipe_file_with_a_wrong_key_is_refused_with_its_line()
    {
        using var folder = new TemporaryFolder();
        string recipe = folder.Write("mine.yaml", SmallModel.Succeed("recipes", "show", "cls-tanh").Output.Replace("max_length", "max_lenght", StringComparison.Ordinal));
        Refuse(_ => { }, ["--recipe", recipe], "mine.yaml:", "max_lenght", "did you mean 'max_length'");
    }

    [Fact]
    public void A_loss_that_becomes_NaN_ends_with_step_and_learning_rate_and_keeps_the_checkpoint()
    {
        using var folder = new TemporaryFolder();
        string run = folder.In("run");
        ProcessResult result = TailorProcess.Run(small.Train(run, "--set", "stages.0.lr=10", "--set", "stages.0.weight_decay=1", "--set", "stages.0.clip=0", "--set", "stages.0.warmup=0", "--set", "stages.0.schedule=constant", "--set", "stages.0.epochs=60", "--checkpoint-every", "1", "--quiet"));
        Assert.Equal(1, result.ExitCode);
        Assert.Matches(@"^tailor: error: the (loss|gradient norm) became \S+ at step \d+ with learning rate \S+;.*checkpoint is kept[^\n]*\n$", result.Error);
        Assert.True(File.Exists(Path.Combine(run, "checkpoint", "state.safetensors")));
        Assert.False(Directory.Exists(Path.Combine(run, "model")));
    }

    [Fact]
    public void A_full_disk_is_one_line_and_leaves_no_half_file()
    {
        using var folder = new TemporaryFolder();
        string disk = folder.In("disk");
        Directory.CreateDirectory(disk);
        string run = Path.Combine(disk, "run");

        // A file system of 300 KiB in a namespace of its own: the description fits, the first checkpoint does not.
        string command = $"mount -t tmpfs -o size=300k none {disk} || exit 77; dotnet {TailorProcess.Program} \"$@\"; code=$?; find {disk} -type f -name '*safetensors*'; exit $code";
        ProcessResult result = Shell(command, small.Train(run, "--quiet", "--checkpoint-every", "1"));
        if (result.ExitCode == 77 || result.Error.StartsWith("unshare", StringComparison.Ordinal))
        {
            Assert.Skip($"needs a mount namespace: {result.Error}");
        }

        Assert.True(result.ExitCode is 1 or 2, $"exit code {result.ExitCode}: {result.Error}");
        Assert.Matches(@"^tailor: error: [^\n]*safetensors[^\n]*space[^\n]*\n$", result.Error);
        Assert.Empty(result.Output);
    }

    private static ProcessResult Shell(string command, string[] args)
    {
        if (!File.Exists("/usr/bin/unshare"))
        {
            Assert.Skip("needs unshare(1)");
        }

        var start = new System.Diagnostics.ProcessStartInfo("/usr/bin/unshare", ["--map-root-user", "--mount", "bash", "-c", command, "bash", .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["TAILOR_THREADS"] = "1";
        using var process = System.Diagnostics.Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd(), error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return new ProcessResult(process.ExitCode, output, error);
    }

    private static void Weights(string model, Func<byte[], byte[]> change)
    {
        string path = Path.Combine(model, "model.safetensors");
        File.WriteAllBytes(path, change(File.ReadAllBytes(path)));
    }

    private static void Header(string model, Action<JsonObject> change) => Weights(model, bytes =>
    {
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        JsonObject header = JsonNode.Parse(bytes.AsSpan(8, length))!.AsObject();
        change(header);
        byte[] json = Encoding.UTF8.GetBytes(header.ToJsonString()), prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, json.Length);
        return [.. prefix, .. json, .. bytes.AsSpan(8 + length)];
    });

    private static JsonObject Last(JsonObject header) =>
        header.Where(entry => entry.Key != "__metadata__").Select(entry => entry.Value!.AsObject()).MaxBy(entry => entry["data_offsets"]![1]!.GetValue<long>())!;

    private static void Config(string model, Action<JsonObject> change)
    {
        string path = Path.Combine(model, "config.json");
        JsonObject config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(config);
        File.WriteAllText(path, config.ToJsonString());
    }

    private void Refuse(Action<string> spoil, params string[] expected) => Refuse(spoil, [], expected);

    private void Refuse(Action<string> spoil, string[] options, params string[] expected)
    {
        using var folder = new TemporaryFolder();
        string model = folder.In("model");
        Directory.CreateDirectory(model);
        foreach (string file in Directory.EnumerateFiles(small.Model))
        {
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        }

        spoil(model);
        string[] before = folder.Entries;
        ProcessResult result = TailorProcess.Run(["train", "--data", small.Data, "--model", model, "--out", folder.In("run"), "--set", "input.max_length=48", .. options]);
        TestContext.Current.TestOutputHelper?.WriteLine(result.Error.TrimEnd());
        Refusal.Check(result, expected);
        Assert.Equal(before, folder.Entries);
    }
}
