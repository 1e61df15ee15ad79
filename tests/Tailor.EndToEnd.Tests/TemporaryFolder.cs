using System.Security.Cryptography;

namespace Tailor.EndToEnd.Tests;

/// <summary>A folder that is removed with its content.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    /// <summary>The folder.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("tailor-test-").FullName;

    /// <summary>What stands in it.</summary>
    public string[] Entries => [.. Directory.EnumerateFileSystemEntries(Path, "*", SearchOption.AllDirectories).Select(entry => System.IO.Path.GetRelativePath(Path, entry)).Order(StringComparer.Ordinal)];

    /// <summary>What stands in it, the files with their hashes.</summary>
    public string[] Contents => [.. Entries.Select(entry => File.Exists(In(entry)) ? $"{entry} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(In(entry))))}" : entry)];

    /// <summary>A path in it.</summary>
    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file in it.</summary>
    public string Write(string name, string content)
    {
        File.WriteAllText(In(name), content);
        return In(name);
    }

    /// <summary>Writes a file in it.</summary>
    public string Write(string name, byte[] content)
    {
        File.WriteAllBytes(In(name), content);
        return In(name);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
