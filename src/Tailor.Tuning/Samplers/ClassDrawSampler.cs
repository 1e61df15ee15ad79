using Tailor.Foundation;

namespace Tailor.Tuning;

/// <summary>Draws with replacement: first a class by its weight, then one of its examples, all alike. An epoch draws as many examples as there are.</summary>
public abstract class ClassDrawSampler : Sampler
{
    private readonly int[][] _members;
    private readonly int _examples;

    /// <summary>Gathers the examples by class.</summary>
    /// <param name="classes">The class of each example.</param>
    protected ClassDrawSampler(IReadOnlyList<int> classes)
    {
        _members = ClassMembers.Of(classes);
        _examples = classes.Count;
        Counts = _members.Select(members => members.Length).ToArray();
    }

    /// <summary>Examples of each class that has any, in the order of the classes.</summary>
    protected IReadOnlyList<int> Counts { get; }

    /// <summary>What the chance of each class of <see cref="Counts"/> is proportional to; above 0.</summary>
    /// <param name="place">The epoch.</param>
    protected abstract double[] Weights(EpochPlace place);

    /// <inheritdoc/>
    public override int[] Draw(EpochPlace place)
    {
        double[] limits = Weights(place);
        for (int c = 1; c < limits.Length; c++)
        {
            limits[c] += limits[c - 1];
        }

        RandomStream random = RandomStream.For(place.Seed, "class draws", place.Stage, place.Epoch);
        int[] order = new int[_examples];
        for (int i = 0; i < order.Length; i++)
        {
            int found = Array.BinarySearch(limits, random.NextDouble() * limits[^1]);
            int[] members = _members[Math.Min(found < 0 ? ~found : found + 1, limits.Length - 1)];
            order[i] = members[random.NextInt(members.Length)];
        }

        return order;
    }
}
