using Tailor.Data;
using Tailor.Engine;
using Tailor.Evaluation;
using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor;

/// <summary>
/// Recipes and baselines, each with several seeds, on one dataset and one model, and which is better. A folder holds <c>comparison.json</c> and the ordinary run folders <c>runs/NAME/seed-N</c>, without their checkpoints once they are finished.
/// It can be stopped at any moment and asked for again: finished runs are kept, unfinished ones go on, more recipes and seeds may be added.
/// </summary>
public static class Comparison
{
    /// <summary>Does the runs that are not finished, and compares all that are.</summary>
    /// <param name="request">What to do. Everything in it is checked before anything is run.</param>
    /// <param name="progress">Told what happens, or null.</param>
    /// <param name="stop">Asks to stop after the step in progress; the same request goes on from there.</param>
    /// <returns>The comparison, over every entry and seed that the folder holds; of a call that was stopped or did a share, over what is finished.</returns>
    /// <exception cref="InputException">Something in the request cannot be, or the folder holds runs of another data, model or recipe.</exception>
    public static ComparisonResult Run(CompareRequest request, IProgress<ComparisonEvent>? progress = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        _ = Metric.HigherIsBetter(request.Metric);
        request = request with { Seeds = [.. request.Seeds.Distinct()] };
        using RunData data = RunData.Load(request, RecipeEntry.ReadPictures(request));
        if (data.Set.Count(data.Scored) == 0)
        {
            throw new InputException($"{request.Data}: there is neither a test nor a dev part, so nothing to compare by; give one, or a --dev-fraction above 0");
        }

        var remarks = new List<string>();
        ComparisonEntry[] entries = [.. RecipeEntry.Read(request, data, remarks.Add), .. request.Baselines];
        if (entries.CountBy(entry => entry.Name).FirstOrDefault(name => name.Value > 1).Key is { } twice)
        {
            throw new InputException($"'{twice}' is the name of a baseline; call the recipe otherwise, such as my-{twice}={twice}");
        }

        ComparisonDescription now = ComparisonDescription.Of(request, data.Set, entries);
        _ = Join(request, data, entries, now);
        foreach (ComparisonEntry entry in Unfinished(request, entries).Select(run => run.Entry).Distinct())
        {
            entry.Check(request, data);
        }

        _ = Planned(request, entries);

        // Nothing that is refused has touched the folder; another call may have, while this one looked.
        using var alone = ComparisonLock.Take(request.Output, request.Shard);
        ComparisonDescription description = Join(request, data, entries, now);
        PlannedRun[] mine = Unfinished(request, entries);
        ComparisonPlanned planned = Planned(request, entries);
        description.Write(request.Output);
        progress?.Report(planned);
        foreach (string remark in remarks)
        {
            progress?.Report(new RunAdvanced(0, new Remark(remark)));
        }

        RunsAtOnce atOnce;
        try
        {
            atOnce = RunsAtOnce.Choose(request, description.Entries.SelectMany(_ => description.Seeds, (entry, seed) => PlannedRun.FolderOf(request.Output, entry.Name, seed)), mine, data, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Collect(request.Output, description, request.Metric, stopped: true, []);
        }

        if (atOnce.Why is { } why)
        {
            progress?.Report(new RunAdvanced(0, new Remark(why)));
        }

        using var work = new ComparisonWork(request, data, mine, atOnce, progress, stop);
        (bool stopped, IReadOnlyList<FailedRun> failures) = work.Do();
        return Collect(request.Output, description, request.Metric, stopped, failures);
    }

    /// <summary>Compares the finished runs of a folder without running anything.</summary>
    /// <param name="folder">A comparison's folder.</param>
    /// <param name="metric">The metric by which the best is chosen and the others are tested.</param>
    /// <exception cref="InputException">The folder is no comparison, or a result in it is damaged.</exception>
    public static ComparisonResult Read(string folder, string metric = "macro_f1")
    {
        ArgumentNullException.ThrowIfNull(folder);
        _ = Metric.HigherIsBetter(metric);
        return Collect(folder, ComparisonDescription.Read(folder) ?? throw new InputException($"{folder}: no comparison here; give a folder that tailor compare made"), metric, stopped: false, []);
    }

    /// <summary>McNemar's test of two runs by what they said of each example.</summary>
    /// <param name="first">A finished run folder.</param>
    /// <param name="second">Another, scored on the same examples.</param>
    /// <exception cref="InputException">A run has no predictions, or the two did not score the same examples.</exception>
    public static McNemarTest McNemar(string first, string second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        (IReadOnlyList<string> labels, IReadOnlyList<ScoredExample> a) = PredictionFile.Read(new RunFolder(first).Predictions);
        (IReadOnlyList<string> otherLabels, IReadOnlyList<ScoredExample> b) = PredictionFile.Read(new RunFolder(second).Predictions);
        if (!labels.SequenceEqual(otherLabels))
        {
            throw Different("the classes differ", null);
        }

        try
        {
            return McNemarTest.Of(a, b);
        }
        catch (ArgumentException fault)
        {
            throw Different(fault.Message.Split(" (Parameter")[0], fault);
        }

        InputException Different(string how, Exception? fault) => new($"{first} and {second} were not scored on the same examples: {how}; compare runs of the same data and split", fault!);
    }

    /// <summary>What a folder's comparison and a request make together.</summary>
    /// <exception cref="InputException">They do not go together.</exception>
    private static ComparisonDescription Join(CompareRequest request, RunData data, ComparisonEntry[] entries, ComparisonDescription now)
    {
        ComparisonDescription description = now;
        if (ComparisonDescription.Read(request.Output) is { } before)
        {
            before.RequireSame(request, now);
            description = before.With(now);
        }

        foreach (PlannedRun run in entries.SelectMany(entry => entry.SeedsOf(description.Seeds), (entry, seed) => RunOf(request, entry, seed, mine: false)))
        {
            run.RequireSame(data.Set, request);
        }

        return description;
    }

    private static ComparisonPlanned Planned(CompareRequest request, ComparisonEntry[] entries)
    {
        PlannedRun[] runs = [.. Plan(request, entries)];
        return new ComparisonPlanned(
            [.. entries.Select(entry => new PlannedEntry(entry.Name, runs.Count(run => run.Entry == entry), [.. runs.Where(run => run.Entry == entry && run.Folder.Finished).Select(run => run.Read())]))], Unfinished(request, entries).Length);
    }

    private static PlannedRun[] Unfinished(CompareRequest request, ComparisonEntry[] entries) => [.. Plan(request, entries).Where(run => run.Mine && !run.Folder.Finished)];

    /// <summary>The runs of a request, seed by seed, so that a comparison that is stopped early has some seeds of all rather than all seeds of some.</summary>
    private static IEnumerable<PlannedRun> Plan(CompareRequest request, ComparisonEntry[] entries)
    {
        for (int s = 0; s < request.Seeds.Count; s++)
        {
            for (int e = 0; e < entries.Length; e++)
            {
                IReadOnlyList<long> seeds = entries[e].SeedsOf(request.Seeds);
                if (s < seeds.Count)
                {
                    yield return RunOf(request, entries[e], seeds[s], request.Shard?.Takes(e, s) ?? true);
                }
            }
        }
    }

    private static PlannedRun RunOf(CompareRequest request, ComparisonEntry entry, long seed, bool mine) => new(entry, seed, PlannedRun.FolderOf(request.Output, entry.Name, seed), mine);

    private static ComparisonResult Collect(string folder, ComparisonDescription description, string metric, bool stopped, IReadOnlyList<FailedRun> failures)
    {
        var rows = new List<ComparisonRow>();
        var missing = new List<(string, long)>();
        foreach (ComparisonDescription.Row entry in description.Entries.OrderBy(entry => entry.Baseline))
        {
            IReadOnlyList<long> asked = entry.Deterministic ? ComparisonEntry.OnlyRun : description.Seeds;
            Dictionary<long, RunFolder> finished = asked.Select(seed => (Seed: seed, Run: PlannedRun.FolderOf(folder, entry.Name, seed))).Where(run => run.Run.Finished).ToDictionary(run => run.Seed, run => run.Run);
            missing.AddRange(asked.Where(seed => !finished.ContainsKey(seed)).Select(seed => (entry.Name, seed)));
            rows.Add(new ComparisonRow(entry.Name, entry.Baseline, entry.Deterministic, [.. finished.OrderBy(run => run.Key).Select(run => FinishedRun.Read(run.Value, run.Key))]));
        }

        return new ComparisonResult(folder, metric, rows) { ReadsPictures = description.ReadsPictures, Missing = missing, Stopped = stopped, Failures = failures };
    }
}
