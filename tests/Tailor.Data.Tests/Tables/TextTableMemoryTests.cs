namespace Tailor.Data.Tests;

/// <summary>Runs by itself: what other tests hold would be counted too.</summary>
[CollectionDefinition(nameof(MeasuresMemory), DisableParallelization = true)]
public sealed class MeasuresMemory;

[Collection(nameof(MeasuresMemory))]
public sealed class TextTableMemoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Memory_stays_flat_while_a_large_file_is_read()
    {
        string path = _folder.File("large.csv");
        using (var writer = new StreamWriter(path))
        {
            writer.WriteLine("text,label");
            for (int i = 0; i < 60_000; i++)
            {
                writer.WriteLine($"a text of some length that is not the same as the others {i},label{i % 50}");
            }
        }

        long start = GC.GetTotalMemory(forceFullCollection: true);
        long most = 0;
        int rows = 0;
        foreach (TextExample _ in TextTable.Read(path, new TableOptions()))
        {
            if (++rows % 20_000 == 0)
            {
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - start);
            }
        }

        Assert.Equal(60_000, rows);
        Assert.True(most < 2 << 20, $"{most} bytes were held");
    }
}
