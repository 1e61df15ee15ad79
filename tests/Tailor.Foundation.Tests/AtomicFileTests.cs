using Tailor.Foundation;

namespace Tailor.Foundation.Tests;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tailor-atomic").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        string path = Path.Combine(_folder, "a.txt");
        AtomicFile.WriteText(path, "old");
        Assert.Throws<IOException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new IOException("disk full");
        }));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_failed_write_names_the_file_its_length_and_the_reason()
    {
        string path = Path.Combine(_folder, "b.bin");
        string message = Assert.Throws<IOException>(() => AtomicFile.Write(path, _ => throw new IOException($"No space left on device : '{path}.7.tmp'"), 5)).Message;
        Assert.Equal($"{path}: 5 bytes could not be written (No space left on device)", message);
        message = Assert.Throws<IOException>(() => AtomicFile.Write(path, _ => throw new IOException($"Failed to create '{path}.7.tmp' with allocation size '5' because the disk was full."))).Message;
        Assert.Equal($"{path}: could not be written (the disk was full)", message);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Leftovers_of_killed_processes_are_removed_and_nothing_else()
    {
        string[] names = ["state.safetensors.123.tmp", "mine.tmp", "a.x1.tmp", "b.txt"];
        foreach (string name in names)
        {
            File.WriteAllText(Path.Combine(_folder, name), "x");
        }

        AtomicFile.RemoveLeftovers(_folder);
        AtomicFile.RemoveLeftovers(Path.Combine(_folder, "missing"));
        Assert.Equal(names[1..].Order(), Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
    }
}
