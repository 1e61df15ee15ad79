using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>Makes a long-tailed training set out of a balanced one by keeping the first examples of a random order within each class.</summary>
public static class LongTailSampler
{
    /// <summary>
    /// Picks rows by class. With one seed a smaller profile picks a subset of what a larger one picks, so that sets of several imbalance ratios differ by nothing but their tails.
    /// </summary>
    /// <param name="labels">The class of each row.</param>
    /// <param name="profile">How many rows of each class to keep.</param>
    /// <param name="seed">Decides which rows of a class stay.</param>
    /// <returns>The indices of the rows that stay, ascending.</returns>
    /// <exception cref="InputException">A class has fewer rows than the profile asks for.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is not among the profile's classes.</exception>
    public static int[] Pick(ReadOnlySpan<int> labels, LongTailProfile profile, long seed)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var members = new List<int>[profile.Counts.Count];
        for (int c = 0; c < members.Length; c++)
        {
            members[c] = [];
        }

        for (int i = 0; i < labels.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)labels[i], (uint)members.Length, nameof(labels));
            members[labels[i]].Add(i);
        }

        var picked = new List<int>(profile.Counts.Sum());
        for (int c = 0; c < members.Length; c++)
        {
            int wanted = profile.Counts[c];
            if (wanted > members[c].Count)
            {
                throw new InputException($"class {c}: the {profile.Name} profile asks for {wanted:N0} rows and there are {members[c].Count:N0}; lower the largest class's count");
            }

            int[] order = [.. members[c]];
            RandomStream.For(seed, "long-tail sample", c).Shuffle(order.AsSpan());
            picked.AddRange(order.AsSpan(0, wanted));
        }

        picked.Sort();
        return [.. picked];
    }

    /// <summary>Picks examples by class; a class's place in the profile is its index in the label set.</summary>
    /// <param name="examples">Labelled examples.</param>
    /// <param name="labels">The classes, as many as the profile has.</param>
    /// <param name="profile">How many examples of each class to keep.</param>
    /// <param name="seed">Decides which examples of a class stay.</param>
    /// <returns>The examples that stay, in their old order.</returns>
    /// <exception cref="InputException">A class has fewer examples than the profile asks for, or the profile has another number of classes.</exception>
    public static IReadOnlyList<TextExample> Sample(IReadOnlyList<TextExample> examples, LabelSet labels, LongTailProfile profile, long seed)
    {
        ArgumentNullException.ThrowIfNull(examples);
        return Sample(examples, e => e.Label, labels, profile, seed);
    }

    /// <summary>Picks pictures by class; a class's place in the profile is its index in the label set (CIFAR-10-LT and the like).</summary>
    /// <param name="examples">Labelled pictures.</param>
    /// <param name="labels">The classes, as many as the profile has.</param>
    /// <param name="profile">How many pictures of each class to keep.</param>
    /// <param name="seed">Decides which pictures of a class stay.</param>
    /// <returns>The pictures that stay, in their old order.</returns>
    /// <exception cref="InputException">A class has fewer pictures than the profile asks for, or the profile has another number of classes.</exception>
    public static IReadOnlyList<ImageExample> SampleImages(IReadOnlyList<ImageExample> examples, LabelSet labels, LongTailProfile profile, long seed)
    {
        ArgumentNullException.ThrowIfNull(examples);
        return Sample(examples, e => e.Label, labels, profile, seed);
    }

    private static IReadOnlyList<T> Sample<T>(IReadOnlyList<T> examples, Func<T, string?> labelOf, LabelSet labels, LongTailProfile profile, long seed)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(profile);
        if (profile.Counts.Count != labels.Count)
        {
            throw new InputException($"the {profile.Name} profile is for {profile.Counts.Count} classes and the data have {labels.Count}; the two-class profile needs two classes");
        }

        int[] ids = [.. examples.Select(e => labels.IndexOf(labelOf(e) ?? throw new ArgumentException("An example has no label.", nameof(examples))))];
        return [.. Pick(ids, profile, seed).Select(i => examples[i])];
    }
}
