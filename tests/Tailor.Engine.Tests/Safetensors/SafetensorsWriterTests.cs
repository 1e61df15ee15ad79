using TorchSharp;
using static TorchSharp.torch;

namespace Tailor.Engine.Tests;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tailor-safetensors-").FullName;

    private string Target => Path.Combine(_folder, "t.safetensors");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Goldens_written_again_are_the_same_bytes()
    {
        string[] files = Directory.GetFiles(Shared.Folder("goldens"), "*.safetensors", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        foreach (string path in files)
        {
            using DisposeScope scope = NewDisposeScope();
            using SafetensorsFile file = SafetensorsFile.Open(path);
            SafetensorsWriter.Write(Target, file.Entries.Keys.Select(name => KeyValuePair.Create(name, file.Read(name))), file.Metadata.Count > 0 ? file.Metadata : null);
            Assert.True(File.ReadAllBytes(path).AsSpan().SequenceEqual(File.ReadAllBytes(Target)), path);
        }
    }

    [Fact]
    public void Every_type_and_shape_comes_back()
    {
        using DisposeScope scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (ScalarType type in new[]
        {
            ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int64, ScalarType.Int32, ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool,
        })
        {
            tensors[$"{type}"] = arange(6).reshape(2, 3).to_type(type);
            tensors[$"{type} number"] = ones([], dtype: type);
            tensors[$"{type} none"] = empty(3, 0, 2, dtype: type);
        }

        SafetensorsWriter.Write(Target, tensors, new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt", ["note"] = "\u00e9 \"quoted\"\n" });
        using SafetensorsFile file = SafetensorsFile.Open(Target);
        Assert.Equal("\u00e9 \"quoted\"\n", file.Metadata["note"]);
        Assert.Equal(tensors.Count, file.Entries.Count);
        foreach ((string name, Tensor tensor) in tensors)
        {
            Tensor read = file.Read(name);
            Assert.Equal(tensor.dtype, read.dtype);
            Assert.Equal(tensor.shape, read.shape);
            Assert.True(tensor.bytes.SequenceEqual(read.bytes), name);
        }
    }

    [Fact]
    public void Tensors_stand_by_falling_alignment_and_then_by_the_bytes_of_their_names()
    {
        using DisposeScope scope = NewDisposeScope();
        SafetensorsWriter.Write(Target, new Dictionary<string, Tensor>(StringComparer.Ordinal)
        {
            ["b"] = zeros(1),
            ["a"] = zeros(1),
            ["flag"] = zeros(1, dtype: ScalarType.Bool),
            ["z"] = zeros(1, dtype: ScalarType.Int64),
            ["\uff5e"] = zeros(1),
            ["\U0001F600"] = zeros(1),
        });
        using SafetensorsFile file = SafetensorsFile.Open(Target);
        Assert.Equal(["z", "a", "b", "\uff5e", "\U0001F600", "flag"], file.Entries.Values.OrderBy(e => e.Start).Select(e => e.Name));
    }

    [Fact]
    public void A_transposed_tensor_is_written_as_it_looks()
    {
        using Tensor source = arange(6, dtype: ScalarType.Float32).reshape(2, 3), turned = source.t();
        SafetensorsWriter.Write(Target, [new("x", turned)]);
        using SafetensorsFile file = SafetensorsFile.Open(Target);
        using Tensor read = file.Read("x");
        Assert.Equal([3, 2], read.shape);
        Assert.Equal([0, 3, 1, 4, 2, 5], read.data<float>().ToArray());
    }

    [Fact]
    public void Names_and_types_that_cannot_be_stored_are_refused()
    {
        using Tensor one = zeros(1), complex = zeros(1, dtype: ScalarType.ComplexFloat32);
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(Target, [new("__metadata__", one)]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(Target, [new("a", one), new("a", one)]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(Target, [new("a", complex)]));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void What_does_not_fit_the_disk_is_one_line_and_leaves_the_old_file()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a small file system");
        string small = Directory.Exists("/dev/shm") && new DriveInfo("/dev/shm").AvailableFreeSpace is > 0 and < 1L << 40 ? "/dev/shm" : "";
        Assert.SkipWhen(small.Length == 0, "needs a file system of a known size");
        string target = Path.Combine(small, $"tailor-{Environment.ProcessId}.safetensors");
        try
        {
            File.WriteAllText(target, "old");

            // One element seen many times: it takes no memory until it is written.
            long count = new DriveInfo(small).AvailableFreeSpace + (1 << 20);
            using Tensor one = zeros(1, dtype: ScalarType.Byte), many = one.expand(count);
            string message = Assert.Throws<IOException>(() => SafetensorsWriter.Write(target, [new("x", many)])).Message;
            Assert.StartsWith(target, message, StringComparison.Ordinal);
            Assert.Contains("could not be written", message, StringComparison.Ordinal);
            Assert.Equal("old", File.ReadAllText(target));
            Assert.Single(Directory.GetFiles(small, $"tailor-{Environment.ProcessId}*"));
        }
        finally
        {
            File.Delete(target);
        }
    }
}
