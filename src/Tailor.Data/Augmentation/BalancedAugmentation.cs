using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>How a class-balanced augmented set is made.</summary>
public sealed record AugmentationOptions
{
    /// <summary>How a new text is made of an old one.</summary>
    public AugmentationMethod Method { get; init; } = AugmentationMethod.WordDropout;

    /// <summary>The share of words that is touched, in (0, 1).</summary>
    public double Rate { get; init; } = 0.1;

    /// <summary>Rows of each class, at least 1; null for as many as the largest class has.</summary>
    public int? PerClass { get; init; }

    /// <summary>Whether a class's rows begin with its originals, each once; else all are made.</summary>
    public bool WithOriginals { get; init; }
}

/// <summary>
/// Makes a class-balanced set of training rows, as two-stage fine-tuning's first stage takes one (arXiv 2207.10858, section 3; its own rows were paraphrased by ChatGPT, and originals left out): the rows of a class are gone through
/// again and again, each time in another order, and each visit makes one new row, until every class has as many as the largest had. Only training rows go in; every new row says which one it was made of.
/// </summary>
public static class BalancedAugmentation
{
    /// <summary>Makes the set.</summary>
    /// <param name="train">The training examples.</param>
    /// <param name="labels">The classes; one without training examples gets none.</param>
    /// <param name="options">How.</param>
    /// <param name="seed">Decides everything random.</param>
    /// <returns>The rows in random order; their <see cref="TextExample.Origin"/> is the line of the row they were made of, and their own line is 0.</returns>
    public static IReadOnlyList<TextExample> Make(IReadOnlyList<TextExample> train, LabelSet labels, AugmentationOptions options, long seed)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(options);
        ILookup<int, TextExample> members = train.ToLookup(example => labels.IndexOf(example.Label!));
        int wanted = options.PerClass ?? members.Max(group => group.Count());
        TextExample[] rows = [.. Enumerable.Range(0, labels.Count).SelectMany(c => OfClass([.. members[c]], c, wanted, options, seed))];
        RandomStream.For(seed, "augmented order").Shuffle<TextExample>(rows);
        return rows;
    }

    private static List<TextExample> OfClass(TextExample[] members, int index, int wanted, AugmentationOptions options, long seed)
    {
        var rows = new List<TextExample>(members.Length > 0 ? wanted : 0);
        for (int round = 0; members.Length > 0 && rows.Count < wanted; round++)
        {
            TextExample[] order = [.. members];
            RandomStream random = RandomStream.For(seed, "augmentation", index, round);
            random.Shuffle<TextExample>(order);
            bool original = options.WithOriginals && round == 0;
            foreach (TextExample member in order.Take(wanted - rows.Count))
            {
                rows.Add(member with
                {
                    Text = original ? member.Text : TextAugmentation.Apply(options.Method, member.Text, options.Rate, ref random),
                    Pair = original || member.Pair is null ? member.Pair : TextAugmentation.Apply(options.Method, member.Pair, options.Rate, ref random),
                    Line = 0,
                    Origin = member.Line,
                });
            }
        }

        return rows;
    }
}
