namespace Tailor.Baselines;

/// <summary>The most frequent class of train for every text, with the shares of the classes as probabilities.</summary>
internal sealed class MajorityBaseline : IBaseline
{
    public string Name => "majority";

    public string Summary => "the most frequent class of train for every text";

    public string Source => "scikit-learn, DummyClassifier(strategy=\"prior\")";

    public bool NeedsEncoder => false;

    public BaselineResult Fit(BaselineInput input, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        int[] counts = [.. input.Data.TrainCounts];
        int majority = Array.IndexOf(counts, counts.Max());
        float[] shares = [.. counts.Select(count => (float)count / input.Data.Train.Count)];
        return new BaselineResult
        {
            Name = Name,
            Dev = Repeat(majority, input.Data.Dev.Count),
            Test = Repeat(majority, input.Data.Test.Count),
            DevProbabilities = Rows(shares, input.Data.Dev.Count),
            TestProbabilities = Rows(shares, input.Data.Test.Count),
            Seconds = 0,
            Parameters = 0,
        };
    }

    private static int[] Repeat(int value, int count) => [.. Enumerable.Repeat(value, count)];

    private static float[] Rows(float[] row, int count) => [.. Enumerable.Repeat(row, count).SelectMany(r => r)];
}
