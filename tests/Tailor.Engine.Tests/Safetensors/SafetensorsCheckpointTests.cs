using Tailor.Foundation;
using static TorchSharp.torch;

namespace Tailor.Engine.Tests;

public sealed class SafetensorsCheckpointTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tailor-checkpoint-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Shards_read_as_one()
    {
        WriteShard("model-00001-of-00002.safetensors", "a", 1);
        WriteShard("model-00002-of-00002.safetensors", "b", 2);
        WriteIndex("""{"metadata":{"total_size":16},"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors"}}""");
        using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(_folder);
        Assert.Equal(["a", "b"], checkpoint.Names.Order(StringComparer.Ordinal));
        using Tensor a = checkpoint.Read("a"), b = checkpoint.Read("b", ScalarType.Float64);
        Assert.Equal((1f, 2.0), (a.item<float>(), b.item<double>()));
        Assert.False(checkpoint.HasNonFinite("b"));
        Assert.Equal([1], checkpoint.Entry("a").Shape);
        Assert.Contains("'c' is not among its 2 tensors", Assert.Throws<InputException>(() => checkpoint.Read("c")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_single_file_is_found_in_its_folder_and_by_its_own_name()
    {
        WriteShard("model.safetensors", "a", 1);
        foreach (string path in new[] { _folder, Path.Combine(_folder, "model.safetensors") })
        {
            using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(path);
            Assert.True(checkpoint.Contains("a"));
        }
    }

    [Fact]
    public void Pickled_weights_alone_are_refused_with_the_way_out()
    {
        Assert.Contains("neither model.safetensors nor", Refusal(), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder, "pytorch_model.bin"), "");
        Assert.Contains("safe_serialization", Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../x.safetensors", "not a plain name")]
    [InlineData("/etc/x.safetensors", "not a plain name")]
    [InlineData("..\\\\x.safetensors", "not a plain name")]
    [InlineData("c:x.safetensors", "not a plain name")]
    [InlineData("sub/x.safetensors", "not a plain name")]
    [InlineData("x.bin", "not a plain name")]
    [InlineData("", "not a plain name")]
    [InlineData("x.safetensors", "no such file")]
    public void Files_outside_the_folder_and_missing_ones_are_refused(string shard, string expected)
    {
        WriteIndex("""{"weight_map":{"a":"SHARD"}}""".Replace("SHARD", shard, StringComparison.Ordinal));
        Assert.Contains(expected, Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "not valid JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{}", "weight_map is missing")]
    [InlineData("""{"weight_map":[]}""", "weight_map is a StartArray")]
    [InlineData("""{"weight_map":{"a":1}}""", "the file is given as a Number")]
    [InlineData("""{"weight_map":{"b":"s.safetensors"}}""", "which does not have it")]
    [InlineData("""{"weight_map":{"a":"s.safetensors","a":"s.safetensors"}}""", "the name occurs twice")]
    [InlineData("""{"weight_map":{"a":"s.safetensors"}} {""", "not valid JSON")]
    public void A_bad_index_is_one_line_that_says_what_is_wrong(string index, string expected)
    {
        WriteShard("s.safetensors", "a", 1);
        WriteIndex(index);
        string message = Refusal();
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Links_out_of_the_folder_are_refused_and_those_into_the_cache_are_followed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a privilege there");
        string snapshot = Directory.CreateDirectory(Path.Combine(_folder, "models--x", "snapshots", "1")).FullName;
        string blobs = Directory.CreateDirectory(Path.Combine(_folder, "models--x", "blobs")).FullName;
        WriteShard(Path.Combine(blobs, "abc"), "a", 1);
        WriteShard("outside.safetensors", "a", 1);
        string link = Path.Combine(snapshot, "s.safetensors");
        File.WriteAllText(Path.Combine(snapshot, SafetensorsCheckpoint.IndexName), """{"weight_map":{"a":"s.safetensors"}}""");
        File.CreateSymbolicLink(link, "../../blobs/abc");
        using (SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(snapshot))
        {
            Assert.True(checkpoint.Contains("a"));
        }

        File.Delete(link);
        File.CreateSymbolicLink(link, "../../../outside.safetensors");
        Assert.Contains("outside the checkpoint's folder", Assert.Throws<InputException>(() => SafetensorsCheckpoint.Open(snapshot)).Message, StringComparison.Ordinal);
    }

    private string Refusal() => Assert.Throws<InputException>(() => SafetensorsCheckpoint.Open(_folder)).Message;

    private void WriteIndex(string json) => File.WriteAllText(Path.Combine(_folder, SafetensorsCheckpoint.IndexName), json);

    private void WriteShard(string file, string name, float value)
    {
        using Tensor tensor = full(1, value);
        SafetensorsWriter.Write(Path.Combine(_folder, file), [new(name, tensor)]);
    }
}
