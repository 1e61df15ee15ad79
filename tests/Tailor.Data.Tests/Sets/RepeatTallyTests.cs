using Tailor.Foundation;

namespace Tailor.Data.Tests;

public sealed class RepeatTallyTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(700)]
    [InlineData(100_000)]
    public void Counts_in_files_are_the_counts_in_memory(int limit)
    {
        TextExample[] examples = [.. Examples(20_000)];
        var labels = new Dictionary<(string, string), string?>();
        (int repeated, int contradicting) = (0, 0);
        foreach (TextExample example in examples)
        {
            (string, string) key = (example.Text, example.Pair ?? "");
            if (!labels.TryAdd(key, example.Label))
            {
                repeated++;
                contradicting += labels[key] == example.Label ? 0 : 1;
            }
        }

        using var tally = new RepeatTally(limit);
        foreach (TextExample example in examples)
        {
            tally.Add(example);
        }

        tally.Finish();
        Assert.True(repeated > contradicting && contradicting > 1000, $"{repeated}, {contradicting}");
        Assert.Equal((repeated, contradicting), (tally.Repeated, tally.Contradicting));
    }

    [Fact]
    public void Files_do_not_outlive_the_tally()
    {
        string[] before = Files();
        using (var tally = new RepeatTally(limit: 10))
        {
            foreach (TextExample example in Examples(100))
            {
                tally.Add(example);
            }

            if (!OperatingSystem.IsWindows())
            {
                Assert.Empty(Files().Except(before));
            }
        }

        Assert.Empty(Files().Except(before));
    }

    [Fact]
    public void A_text_and_its_pair_are_told_apart()
    {
        UInt128[] hashes = [.. new[] { ("ab", null), ("a", "b"), ("b", "a"), ("", "ab"), ("", null), ("a", null) }.Select(t => TextHash.Of(new TextExample(t.Item1, t.Item2, null, 0)))];
        Assert.Equal(hashes.Length, hashes.Distinct().Count());
        Assert.Equal(hashes[^1], TextHash.Of(new TextExample("a", "", "x", 7)));
    }

    private static string[] Files() => Directory.GetFiles(Path.GetTempPath(), "tailor-" + new string('?', 32));

    private static IEnumerable<TextExample> Examples(int count)
    {
        var random = RandomStream.For(3, "repeats");
        for (int i = 0; i < count; i++)
        {
            string? pair = random.NextInt(4) == 0 ? $"pair {random.NextInt(3)}" : null;
            yield return new TextExample($"text {random.NextInt(count / 3)}", pair, random.NextInt(5) == 0 ? null : $"class {random.NextInt(3)}", i);
        }
    }
}
