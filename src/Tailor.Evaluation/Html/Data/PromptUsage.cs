namespace Tailor.Evaluation;

/// <summary>How often the pictures of each class chose each prompt set of a pool (LPT, Dong et al., ICLR 2023, section 3.2).</summary>
public sealed class PromptUsage
{
    /// <summary>Wraps the counts.</summary>
    /// <param name="counts">[classes][sets]: pictures of the class that chose the set. A picture chooses each set at most once.</param>
    /// <param name="pictures">The pictures of each class.</param>
    /// <exception cref="ArgumentException">There is no class or no set, rows differ in length, or a count is negative or above the class's pictures.</exception>
    public PromptUsage(IReadOnlyList<IReadOnlyList<int>> counts, IReadOnlyList<int> pictures)
    {
        ArgumentNullException.ThrowIfNull(counts);
        ArgumentNullException.ThrowIfNull(pictures);
        if (counts.Count == 0 || counts.Count != pictures.Count || counts[0].Count == 0 || counts.Any(row => row.Count != counts[0].Count) || counts.Index().Any(row => row.Item.Any(count => count < 0 || count > pictures[row.Index])))
        {
            throw new ArgumentException("prompt usage wants a row for each class, a count for each set, and no more than the class has pictures", nameof(counts));
        }

        (Counts, Pictures) = (counts, pictures);
        Totals = [.. Enumerable.Range(0, counts[0].Count).Select(set => counts.Sum(row => row[set]))];
    }

    /// <summary>[classes][sets]: pictures of the class that chose the set.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Counts { get; }

    /// <summary>The pictures of each class.</summary>
    public IReadOnlyList<int> Pictures { get; }

    /// <summary>The pictures that chose each set.</summary>
    public IReadOnlyList<int> Totals { get; }

    /// <summary>The sets that no picture chose.</summary>
    public int Dead => Totals.Count(total => total == 0);

    /// <summary>Counts what pictures chose.</summary>
    /// <param name="choices">[pictures][k]: the sets that each chose.</param>
    /// <param name="labels">The class of each picture.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="sets">The sets of the pool.</param>
    public static PromptUsage Of(IReadOnlyList<IReadOnlyList<int>> choices, IReadOnlyList<int> labels, int classes, int sets)
    {
        ArgumentNullException.ThrowIfNull(choices);
        ArgumentNullException.ThrowIfNull(labels);
        int[][] counts = [.. Enumerable.Range(0, classes).Select(_ => new int[sets])];
        int[] pictures = new int[classes];
        foreach ((IReadOnlyList<int> chosen, int label) in choices.Zip(labels))
        {
            pictures[label]++;
            foreach (int set in chosen)
            {
                counts[label][set]++;
            }
        }

        return new PromptUsage(counts, pictures);
    }

    /// <summary>The use of the pool in a sentence: the share of the pictures that chose each set, in order, and how many sets none chose.</summary>
    /// <param name="split">Whose pictures.</param>
    public string ToSentence(string split)
    {
        const int most = 100;
        int all = Math.Max(1, Pictures.Sum());
        string shares = string.Join(' ', Totals.Take(most).Select(total => $"{100.0 * total / all:0}")) + (Totals.Count > most ? " ..." : "");
        return $"prompt sets: of the {Words.Count(Pictures.Sum(), "picture")} of {split}, sets 0 to {Totals.Count - 1} were chosen by {shares} %; {DeadWords()}";
    }

    /// <summary>How many sets no picture chose, in words.</summary>
    internal string DeadWords() => Dead == 0 ? $"each of the {Words.Count(Totals.Count, "set")} was chosen" : $"{Dead:N0} of {Words.Count(Totals.Count, "set")} {(Dead == 1 ? "was" : "were")} never chosen";
}
