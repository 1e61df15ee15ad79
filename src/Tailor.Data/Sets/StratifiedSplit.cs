using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>The parts of a split.</summary>
public enum SplitPart
{
    /// <summary>For training.</summary>
    Train,

    /// <summary>For choosing the best step.</summary>
    Dev,

    /// <summary>For the reported scores.</summary>
    Test,
}

/// <summary>
/// Splits examples class by class, so that every part has every class as long as the class has enough examples: one example stays in train; two go to train and test
/// (train and dev when no test is asked for); three or more give at least one to each part.
/// </summary>
public static class StratifiedSplit
{
    /// <summary>Gives each example its part. The result depends on the labels' order, the seed and the fractions alone.</summary>
    /// <param name="labels">The class of each example, 0 to <paramref name="classes"/> - 1.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="seed">Decides which examples of a class go where.</param>
    /// <param name="devFraction">The share of each class that goes to dev, in [0, 1).</param>
    /// <param name="testFraction">The share of each class that goes to test, in [0, 1); both shares together below 1.</param>
    /// <returns>One part for each example.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A fraction is out of its range.</exception>
    public static SplitPart[] Assign(ReadOnlySpan<int> labels, int classes, long seed, double devFraction, double testFraction)
    {
        if (!(devFraction >= 0 && testFraction >= 0 && devFraction + testFraction < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(devFraction), $"The fractions {devFraction} and {testFraction} must not be negative and must sum to less than 1.");
        }

        var members = new List<int>[classes];
        for (int c = 0; c < classes; c++)
        {
            members[c] = [];
        }

        for (int i = 0; i < labels.Length; i++)
        {
            members[labels[i]].Add(i);
        }

        var parts = new SplitPart[labels.Length];
        for (int c = 0; c < classes; c++)
        {
            int[] order = [.. members[c]];
            RandomStream.For(seed, "stratified split", c).Shuffle(order.AsSpan());
            (int dev, int test) = Sizes(order.Length, devFraction, testFraction);
            for (int k = 0; k < dev + test; k++)
            {
                parts[order[k]] = k < test ? SplitPart.Test : SplitPart.Dev;
            }
        }

        return parts;
    }

    /// <summary>How many examples of a class go to dev and to test; train has at least one of the rest.</summary>
    private static (int Dev, int Test) Sizes(int count, double devFraction, double testFraction)
    {
        int test = Share(count, testFraction);
        int dev = Share(count, devFraction);
        while (test + dev > Math.Max(0, count - 1))
        {
            // Take from the larger part; of two equal ones dev gives way, since the test part is what is reported.
            (dev, test) = test > dev ? (dev, test - 1) : (dev - 1, test);
        }

        return (dev, test);
    }

    private static int Share(int count, double fraction) => fraction == 0 ? 0 : Math.Max(1, (int)Math.Round(count * fraction, MidpointRounding.AwayFromZero));
}
