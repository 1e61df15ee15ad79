using System.Text.Json.Nodes;
using Tailor.Engine;
using Tailor.Evaluation;
using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor.Cli;

/// <summary>The same recipe with several seeds: a run folder each below one folder, and the mean and standard deviation of their scores.</summary>
internal static class SeedRuns
{
    /// <summary>Runs the seeds <c>request.Seed</c>, + 1, ...; continuing, finished ones are kept and unfinished ones go on.</summary>
    public static int Do(Session session, TrainRequest request, int seeds, bool resume, bool json, string? advice)
    {
        if (!resume)
        {
            RunFolder.RequireFree(request.Output);
        }

        var scores = new List<IReadOnlyDictionary<string, double>>();
        for (int i = 0; i < seeds; i++)
        {
            long seed = request.Seed + i;
            var folder = new RunFolder(Path.Combine(request.Output, $"seed-{seed}"));
            RequirePrecision(folder, request.Precision);
            if (!folder.Finished)
            {
                string how = $"the same command with --resume {request.Output} in place of --out";
                bool begun = File.Exists(folder.Description);
                _ = TrainingRun.Run(
                    session,
                    $"seed {seed} ({i + 1} of {seeds})",
                    (progress, stop) => begun ? Runs.Resume(folder.Path, progress, stop) : Runs.Train(request with { Seed = seed, Output = folder.Path }, progress, stop),
                    how,
                    advice);
                advice = null;
            }

            scores.Add(Scores(folder, seed));
        }

        Print(session, request, scores, json);
        return 0;
    }

    /// <summary>A run keeps the precision it was begun with, and seeds of two precisions have no mean.</summary>
    private static void RequirePrecision(RunFolder folder, Precision precision)
    {
        if (File.Exists(folder.Description) && PrecisionName.Parse(folder.ReadDescription()["precision"]?.ToString()) is var begun && begun != precision)
        {
            throw new InputException($"--precision {PrecisionName.Of(precision)}: {folder.Path} was begun with {PrecisionName.Of(begun)}; give --precision {PrecisionName.Of(begun)}, or another --out");
        }
    }

    private static IReadOnlyDictionary<string, double> Scores(RunFolder folder, long seed) => FinishedRun.Read(folder, seed).Scores is { Count: > 0 } scores ? scores
        : throw new InputException($"{folder.Result}: no scores, so there is nothing to average; the data needs a test or a dev split");

    private static void Print(Session session, TrainRequest request, List<IReadOnlyDictionary<string, double>> scores, bool json)
    {
        (string Metric, SeedStatistics Statistics)[] rows =
        [
            .. Metric.Names.Concat(RegressionReport.MetricNames)
                .Where(name => scores.TrueForAll(score => score.ContainsKey(name)))
                .Select(name => (name, SeedStatistics.Of([.. scores.Select(score => score[name])]))),
        ];
        if (json)
        {
            JsonOutput.Write(session, new JsonObject
            {
                ["run"] = request.Output,
                ["seeds"] = JsonOutput.Array(Enumerable.Range(0, scores.Count), i => request.Seed + i),
                ["scores"] = new JsonObject(rows.Select(row => KeyValuePair.Create<string, JsonNode?>(
                    row.Metric, new JsonObject { ["mean"] = row.Statistics.Mean, ["sd"] = row.Statistics.StandardDeviation }))),
            });
            return;
        }

        session.Out.WriteLine($"Scores over {scores.Count} seeds ({request.Seed} to {request.Seed + scores.Count - 1}), mean and sample standard deviation:");
        session.Out.WriteLine();
        PlainTable.Write(session, ["metric", ">mean", ">sd"], rows.Select(row => (IReadOnlyList<string>)[row.Metric, $"{row.Statistics.Mean:F4}", row.Statistics.StandardDeviation is { } sd ? $"{sd:F4}" : "-"]));
    }
}
