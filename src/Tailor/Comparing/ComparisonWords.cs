using Tailor.Evaluation;

namespace Tailor;

/// <summary>Says in sentences what a comparison's figures say and what they cannot.</summary>
internal static class ComparisonWords
{
    /// <summary>With fewer seeds than this a caution is given.</summary>
    private const int FewSeeds = 5;

    public static IReadOnlyList<string> Of(ComparisonResult result)
    {
        if (result.Best is not { } best)
        {
            return [.. Missing(result), result.Rows.Any(row => row.Runs.Count > 0) ? $"{result.Metric} is not defined in these runs, so there is no best." : "No run is finished yet."];
        }

        return [.. Missing(result), .. BestOf(result, best), .. Baselines(result), .. PerExample(result)];
    }

    private static IEnumerable<string> Missing(ComparisonResult result)
    {
        string[] missing = [.. result.Missing.GroupBy(run => run.Entry).Select(entry => $"{entry.Key} ({Counted(entry.Count(), "run")})")];
        if (missing.Length > 0)
        {
            yield return $"Not finished: {string.Join(", ", missing)}; the table holds what is.";
        }
    }

    private static IEnumerable<string> BestOf(ComparisonResult result, ComparisonRow best)
    {
        yield return $"{ComparisonTable.BestMark} Best by {result.Metric}: {best.Name}.";
        IReadOnlyList<SeedContrast> all = result.AgainstBest;
        SeedContrast[] tested = [.. all.Where(contrast => contrast.Differs is not null)];
        if (all.Count == 0)
        {
            yield break;
        }

        if (tested.Length == 0)
        {
            yield return all.Max(contrast => contrast.Seeds) < 2
                ? "With one seed nothing can be tested over seeds: which is better by more than chance is not known, and none is marked. Ask for more --seeds."
                : "The differences between the seeds do not vary, so there is no spread to judge them by: none is marked. Ask for more --seeds.";
            yield break;
        }

        string test = $"two-sided paired t-test over seeds{(tested.Length > 1 ? $", Holm's correction for {tested.Length} comparisons" : "")}";
        string[] equal = [.. tested.Where(contrast => contrast.Differs == false).Select(contrast => contrast.Name)];
        yield return equal.Length > 0
            ? $"{ComparisonTable.NotWorseMark} Not worse than it at 5 % ({test}): {string.Join(", ", equal)}."
            : $"{(tested.Length == 1 ? $"{tested[0].Name} is" : "All others are")} worse at 5 % ({test}).";
        if (tested.Length < all.Count)
        {
            yield return $"Not tested, for want of two seeds in common or of differences that vary: {string.Join(", ", all.Except(tested).Select(contrast => contrast.Name))}.";
        }

        int seeds = tested.Min(contrast => contrast.Seeds);
        if (seeds < FewSeeds)
        {
            yield return $"With {seeds} seeds the test leans on the assumption that scores scatter normally, and only a large difference can be told from chance: not worse does not mean equal.";
        }
    }

    /// <summary>A recipe that costs a transformer and does not beat a baseline is not to be overlooked.</summary>
    private static IEnumerable<string> Baselines(ComparisonResult result)
    {
        if (result.BestBaseline is not { } baseline)
        {
            yield break;
        }

        bool higher = Metric.HigherIsBetter(result.Metric);
        double score = baseline.Score(result.Metric)!.Mean;
        foreach (SeedContrast contrast in result.AgainstBestBaseline)
        {
            double mean = result.Rows.First(row => row.Name == contrast.Name).Score(result.Metric)!.Mean;
            string figures = $"{mean:F4} against {score:F4}{(contrast.AdjustedPValue is { } p ? $", p {ComparisonTable.PValue(p)}" : "")}";
            if (higher ? mean <= score : mean >= score)
            {
                yield return $"{contrast.Name} does not beat the baseline {baseline.Name} on {result.Metric}: {figures}.";
            }
            else if (contrast.Differs != true)
            {
                yield return $"{contrast.Name} is ahead of the baseline {baseline.Name} on {result.Metric}, but {(contrast.Differs is null ? "that cannot be tested with one seed" : "not at 5 %")}: {figures}.";
            }
        }
    }

    private static IEnumerable<string> PerExample(ComparisonResult result)
    {
        if (result.PerExample is not [var first, ..] tests)
        {
            yield break;
        }

        (string a, string b) = (result.Rows[0].Name, result.Rows[1].Name);
        yield return $"Example by example, seed {first.Seed}: only {a} has {first.Test.OnlyFirst} right, only {b} {first.Test.OnlySecond}; McNemar's exact test, p {ComparisonTable.PValue(first.Test.PValue)}. It speaks of these two models, not of their recipes.";
        if (tests.Count > 1)
        {
            yield return $"Over all {tests.Count} seeds that is {tests.Sum(t => t.Test.OnlyFirst)} and {tests.Sum(t => t.Test.OnlySecond)}, which is not tested: the seeds score the same examples, so their counts are not independent.";
        }
    }

    private static string Counted(int count, string thing) => $"{count} {thing}{(count == 1 ? "" : "s")}";
}
