using Tailor.Foundation;

namespace Tailor.Baselines.Tests;

/// <summary>Made-up sparse examples.</summary>
internal static class SparseSample
{
    /// <summary>Rows of a few entries each, of length 1; the first columns tell the classes apart, not without error.</summary>
    public static (SparseRows Rows, int[] Labels) Make(int count, int width, int classes, long seed)
    {
        var random = RandomStream.For(seed, "sparse sample");
        int[] labels = new int[count];
        var rows = new List<SortedDictionary<int, double>>();
        for (int i = 0; i < count; i++)
        {
            labels[i] = i < classes ? i : Math.Min(random.NextInt(classes), random.NextInt(classes));
            var row = new SortedDictionary<int, double> { [labels[i]] = random.NextDouble() };
            for (int k = 0; k < 6; k++)
            {
                row[random.NextInt(width)] = random.NextDouble();
            }

            rows.Add(row);
        }

        return (Of(width, rows), labels);
    }

    /// <summary>Scales rows to length 1.</summary>
    public static SparseRows Of(int width, IReadOnlyList<SortedDictionary<int, double>> rows)
    {
        List<int> starts = [0], columns = [];
        List<float> values = [];
        foreach (SortedDictionary<int, double> row in rows)
        {
            double length = Math.Sqrt(row.Values.Sum(value => value * value));
            columns.AddRange(row.Keys);
            values.AddRange(row.Values.Select(value => (float)(value / length)));
            starts.Add(columns.Count);
        }

        return new SparseRows(width, [.. starts], [.. columns], [.. values]);
    }

    /// <summary>Some rows of a matrix, in the order given, which may repeat them.</summary>
    public static SparseRows Pick(SparseRows rows, IReadOnlyList<int> chosen)
    {
        List<int> starts = [0], columns = [];
        List<float> values = [];
        foreach (int row in chosen)
        {
            columns.AddRange(rows.Columns(row));
            values.AddRange(rows.Values(row));
            starts.Add(columns.Count);
        }

        return new SparseRows(rows.Width, [.. starts], [.. columns], [.. values]);
    }
}
