using Tailor.Evaluation;

namespace Tailor;

/// <summary>The finished runs of one entry of a comparison.</summary>
/// <param name="Name">The entry.</param>
/// <param name="IsBaseline">Whether it is there to be beaten.</param>
/// <param name="IsDeterministic">Whether it has one run, whatever the seeds.</param>
/// <param name="Runs">The runs, by seed; may be none.</param>
public sealed record ComparisonRow(string Name, bool IsBaseline, bool IsDeterministic, IReadOnlyList<FinishedRun> Runs)
{
    /// <summary>Mean and sample standard deviation of a metric; null when there is no run or some run does not define it.</summary>
    /// <param name="metric">One of <see cref="Metric.Names"/>.</param>
    public SeedStatistics? Score(string metric) => Statistics([.. Runs.Select(run => run.Scores.TryGetValue(metric, out double value) ? value : (double?)null)]);

    /// <summary>Mean and sample standard deviation of the seconds; null when there is no run or some did not count them.</summary>
    public SeedStatistics? Seconds => Statistics([.. Runs.Select(run => run.Seconds)]);

    /// <summary>Numbers trained, or null when no run says it.</summary>
    public long? Parameters => Runs.Max(run => run.Parameters);

    internal SeedScores? ScoresBySeed(string metric) => Score(metric) is null ? null : new SeedScores(Name, Runs.ToDictionary(run => run.Seed, run => run.Scores[metric]), IsDeterministic);

    private static SeedStatistics? Statistics(IReadOnlyList<double?> values) => values.Count > 0 && values.All(value => value is not null) ? SeedStatistics.Of([.. values.Select(value => value!.Value)]) : null;
}

/// <summary>McNemar's test of the two runs of a seed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Test">The test, of the first entry's run against the second's.</param>
public sealed record SeedMcNemar(long Seed, McNemarTest Test);

/// <summary>What a comparison came to: each entry's scores over its seeds, and how they compare with the best.</summary>
public sealed class ComparisonResult
{
    private readonly Lazy<IReadOnlyList<SeedMcNemar>> _perExample;

    internal ComparisonResult(string folder, string metric, IReadOnlyList<ComparisonRow> rows)
    {
        (Folder, Metric, Rows) = (folder, metric, rows);
        bool higher = Evaluation.Metric.HigherIsBetter(metric);
        SeedScores[] scores = [.. rows.Select(row => row.ScoresBySeed(metric)).OfType<SeedScores>()];
        SeedScores[] baselines = [.. scores.Where(score => Row(score.Name).IsBaseline)];
        Best = scores.Length == 0 ? null : Row(SeedContrast.Best(scores, higher).Name);
        BestBaseline = baselines.Length == 0 ? null : Row(SeedContrast.Best(baselines, higher).Name);
        AgainstBest = Against(Best, scores);
        AgainstBestBaseline = Against(BestBaseline, [.. scores.Except(baselines)]);
        _perExample = new(PairRuns);

        IReadOnlyList<SeedContrast> Against(ComparisonRow? reference, SeedScores[] others) =>
            reference is null ? [] : SeedContrast.With(scores.First(score => score.Name == reference.Name), [.. others.Where(other => other.Name != reference.Name)]);
    }

    /// <summary>The comparison's folder.</summary>
    public string Folder { get; }

    /// <summary>The metric by which the best was chosen.</summary>
    public string Metric { get; }

    /// <summary>Whether the examples are pictures.</summary>
    public bool ReadsPictures { get; init; }

    /// <summary>The entries: recipes in the order in which they were asked for, then baselines.</summary>
    public IReadOnlyList<ComparisonRow> Rows { get; }

    /// <summary>The entry with the best mean; null when no run is finished or the metric is undefined in all.</summary>
    public ComparisonRow? Best { get; }

    /// <summary>The baseline with the best mean; null when there is none.</summary>
    public ComparisonRow? BestBaseline { get; }

    /// <summary>Each other entry against <see cref="Best"/>, corrected together. The best was chosen by the same runs, which makes it look a little better than it is: p-values are on the small side.</summary>
    public IReadOnlyList<SeedContrast> AgainstBest { get; }

    /// <summary>Each recipe against <see cref="BestBaseline"/>, corrected together.</summary>
    public IReadOnlyList<SeedContrast> AgainstBestBaseline { get; }

    /// <summary>Of exactly two entries, McNemar's test of the runs of each seed that both have; else none.</summary>
    /// <exception cref="Foundation.InputException">A run's predictions are missing or damaged.</exception>
    public IReadOnlyList<SeedMcNemar> PerExample => _perExample.Value;

    /// <summary>Runs that the comparison is to have and that are not finished: entry and seed.</summary>
    public IReadOnlyList<(string Entry, long Seed)> Missing { get; init; } = [];

    /// <summary>Whether the call was stopped before its end.</summary>
    public bool Stopped { get; init; }

    /// <summary>Runs of the call that diverged.</summary>
    public IReadOnlyList<FailedRun> Failures { get; init; } = [];

    /// <summary>What the figures say, and what they cannot say, a sentence each.</summary>
    public IReadOnlyList<string> Sentences => ComparisonWords.Of(this);

    /// <summary>The comparison for programs: one JSON object.</summary>
    public string ToJson() => ComparisonJson.Of(this);

    /// <summary>One row an entry, every figure in a column of its own.</summary>
    public string ToCsv() => ComparisonCsv.Of(this);

    /// <summary>Markdown tables and sentences.</summary>
    public string ToMarkdown() => ComparisonMarkdown.Of(this);

    /// <summary>LaTeX tables (package booktabs) and sentences.</summary>
    public string ToLatex() => ComparisonLatex.Of(this);

    /// <summary>Writes <c>report.html</c> into the comparison's folder.</summary>
    /// <returns>The file.</returns>
    /// <exception cref="Foundation.InputException">No run is finished, or a result is damaged.</exception>
    public string WriteReport()
    {
        string file = Path.Combine(Folder, "report.html");
        ComparisonReportData data = ComparisonReportReader.Read(this) ?? throw new Foundation.InputException($"{Folder}: no run is finished, so there is nothing to report");
        Foundation.AtomicFile.WriteText(file, ComparisonReport.ToHtml(data));
        return file;
    }

    private ComparisonRow Row(string name) => Rows.First(row => row.Name == name);

    private IReadOnlyList<SeedMcNemar> PairRuns()
    {
        if (Rows is not [{ Runs: { Count: > 0 } first } a, { Runs: { Count: > 0 } second } b])
        {
            return [];
        }

        // The one run of a deterministic entry stands beside every run of the other.
        return [.. first.SelectMany(_ => second, (x, y) => (x, y)).Where(pair => a.IsDeterministic || b.IsDeterministic || pair.x.Seed == pair.y.Seed)
            .Select(pair => new SeedMcNemar(a.IsDeterministic ? pair.y.Seed : pair.x.Seed, Comparison.McNemar(pair.x.Folder, pair.y.Folder)))];
    }
}
