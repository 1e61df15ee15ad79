using Tailor.Foundation;

namespace Tailor.Data.Tests;

public sealed class LengthHistogramTests
{
    [Fact]
    public void Short_and_long_texts_are_counted_alike()
    {
        var random = RandomStream.For(2, "lengths");
        foreach (int most in new[] { 1, 10, 4095, 4096, 4097, 100_000 })
        {
            var histogram = new LengthHistogram();
            int[] lengths = [.. Enumerable.Range(0, 500).Select(_ => random.NextInt(most + 1))];
            Array.ForEach(lengths, histogram.Add);
            Array.Sort(lengths);
            int Covering(int percent) => lengths[(((lengths.Length * percent) + 99) / 100) - 1];
            Assert.Equal(new LengthSummary(lengths.Average(), Covering(50), Covering(90), Covering(95), Covering(99), Covering(100)), histogram.Summary());
        }
    }
}
