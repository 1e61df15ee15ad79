using System.Collections.Concurrent;

[assembly: AssemblyFixture(typeof(Tailor.Goldens.Tests.Tally))]

namespace Tailor.Goldens.Tests;

/// <summary>
/// Counts golden cases by kind and, when the tests are over, writes the counts to the file named by TAILOR_GOLDENS_TALLY, from which tests/run-goldens prints its closing lines.
/// A case that fails does not stop the others of its kind; the test then fails with the first few messages.
/// </summary>
public sealed class Tally : IDisposable
{
    private static readonly ConcurrentDictionary<string, (int Passed, int Failed, int Skipped)> Kinds = new(StringComparer.Ordinal);

    public static void RunAll<T>(string kind, IEnumerable<T> cases, Func<T, string> name, Action<T> check)
    {
        var failures = new List<string>();
        int count = 0;
        foreach (T item in cases)
        {
            count++;
            try
            {
                check(item);
                Count(kind, passed: 1);
            }
            catch (Exception fault)
            {
                failures.Add($"{name(item)}: {fault.Message}");
                Count(kind, failed: 1);
            }
        }

        Assert.True(failures.Count == 0, $"{kind}: {failures.Count} of {count} cases failed\n{string.Join('\n', failures.Take(8))}");
    }

    public static void Skip(string kind, int cases, string why)
    {
        Count(kind, skipped: cases);
        Assert.Skip($"{kind}: {why}");
    }

    public static void Count(string kind, int passed = 0, int failed = 0, int skipped = 0) =>
        Kinds.AddOrUpdate(kind, (passed, failed, skipped), (_, old) => (old.Passed + passed, old.Failed + failed, old.Skipped + skipped));

    public void Dispose()
    {
        if (Environment.GetEnvironmentVariable("TAILOR_GOLDENS_TALLY") is { Length: > 0 } file)
        {
            File.WriteAllLines(file, Kinds.OrderBy(k => k.Key, StringComparer.Ordinal).Select(k => $"{k.Key}\t{k.Value.Passed}\t{k.Value.Failed}\t{k.Value.Skipped}"));
        }
    }
}
