namespace Tailor.Foundation;

/// <summary>Finds the name a user probably meant.</summary>
public static class NearestName
{
    /// <summary>The candidate nearest to a name in edit distance, ignoring case, when it is near enough to be worth suggesting.</summary>
    /// <param name="name">What the user wrote.</param>
    /// <param name="candidates">The valid names.</param>
    /// <returns>The nearest candidate within about a third of its length, or null.</returns>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(candidates);
        string? best = null;
        int bestDistance = int.MaxValue;
        foreach (string candidate in candidates)
        {
            int distance = Distance(name.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (distance < bestDistance)
            {
                (best, bestDistance) = (candidate, distance);
            }
        }

        return best is not null && bestDistance <= Math.Max(2, best.Length / 3) ? best : null;
    }

    /// <summary>The words <c>" (did you mean 'x'?)"</c>, or nothing when no candidate is near.</summary>
    /// <param name="name">What the user wrote.</param>
    /// <param name="candidates">The valid names.</param>
    public static string Hint(string name, IEnumerable<string> candidates) => Of(name, candidates) is { } nearest ? $" (did you mean '{nearest}'?)" : "";

    /// <summary>Levenshtein's distance: the fewest insertions, deletions and substitutions that turn one into the other.</summary>
    private static int Distance(string a, string b)
    {
        int[] row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitute, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
