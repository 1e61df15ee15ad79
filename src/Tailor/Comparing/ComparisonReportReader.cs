using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tailor.Evaluation;
using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor;

/// <summary>Reads what the report of a comparison shows from its folder.</summary>
internal static class ComparisonReportReader
{
    private static readonly string[] Parts = ["train", "dev", "test"];

    /// <summary>Reads the comparison; null when no run of it is finished.</summary>
    /// <exception cref="InputException">A file is damaged.</exception>
    public static ComparisonReportData? Read(ComparisonResult result)
    {
        ComparisonDescription description = ComparisonDescription.Read(result.Folder)!;
        ComparisonRow[] rows = [.. result.Rows.Where(row => row.Runs.Count > 0)];
        if (rows.Length == 0)
        {
            return null;
        }

        Dictionary<string, JsonObject[]> results = rows.ToDictionary(row => row.Name, row => row.Runs.Select(run => Json(new RunFolder(run.Folder).Result)).ToArray(), StringComparer.Ordinal);
        JsonObject first = results[rows[0].Name][0];
        ReportClass[] classes = [.. first["scores"]!["per_class"]!.AsArray().Select((c, i) => new ReportClass(c!["label"]!.GetValue<string>(), description.TrainCounts[i]))];
        return new ComparisonReportData
        {
            Title = $"Comparison on {Path.GetFileName(Path.TrimEndingDirectorySeparator(description.Data))}",
            Metric = result.Metric,
            ReadsPictures = result.ReadsPictures,
            Classes = classes,
            Splits = [.. Parts.Where(description.Splits.ContainsKey).Select(split => new SplitSize(split, description.Splits[split]))],
            ScoredSplit = rows[0].Runs[0].Split,
            Entries = [.. rows.Select(row => Entry(result, row, results[row.Name]))],

            // Training counts decide these groups, so that all entries share them.
            Groups = [.. first["scores"]!["groups"]!.AsArray().Where(group => group!["name"]!.GetValue<string>() is "many" or "medium" or "few").Select(group => RunReportReader.Group(group!, classes))],
            Sentences = [.. result.Sentences.Select(WithPageMarks)],
            Files = [.. description.Entries.Where(entry => entry.Settings["recipe"] is not null).Select(entry => new ReportFile($"{entry.Name}.yaml", entry.Settings["recipe"]!.GetValue<string>()))],
            Facts =
            [
                new("data", description.Data),
                new("data fingerprint", description.DataFingerprint),
                new("model", description.Model),
                new("seeds", string.Join(", ", description.Seeds.Select(seed => seed.ToString(CultureInfo.InvariantCulture)))),
                new("rho", description.Rho.ToString(CultureInfo.InvariantCulture)),
                new("groups", ShotBoundsName.Of(description.Groups)),
                new("tailor", description.Tailor),
            ],
        };
    }

    /// <summary>The page marks entries by other signs than the plain tables.</summary>
    private static string WithPageMarks(string sentence) =>
        sentence.StartsWith(ComparisonTable.BestMark + " ", StringComparison.Ordinal) ? string.Concat("★", sentence.AsSpan(1))
        : sentence.StartsWith(ComparisonTable.NotWorseMark + " ", StringComparison.Ordinal) ? string.Concat("≈", sentence.AsSpan(1))
        : sentence;

    private static ComparedEntry Entry(ComparisonResult result, ComparisonRow row, JsonObject[] runs) => new()
    {
        Name = row.Name,
        IsBaseline = row.IsBaseline,
        Scores = Metric.Names.Where(name => row.Score(name) is not null)
            .ToDictionary(name => name, name => (IReadOnlyList<double>)[.. row.Runs.Select(run => run.Scores[name])], StringComparer.Ordinal),
        Mark = row == result.Best ? EntryMark.Best
            : result.AgainstBest.FirstOrDefault(contrast => contrast.Name == row.Name)?.Differs == false ? EntryMark.NotWorse : EntryMark.None,
        Seconds = row.Seconds?.Mean,
        TrainedParameters = row.Parameters,
        ClassF1 = ClassF1(runs),
        ClassNorms = Means(runs, run => run[ReportFacts.ClassNorms]?.AsArray()),
    };

    private static double?[] ClassF1(JsonObject[] runs)
    {
        JsonArray[] scores = [.. runs.Select(run => run["scores"]!["per_class"]!.AsArray())];
        return [.. Enumerable.Range(0, scores[0].Count).Select(c => scores[0][c]!["support"]!.GetValue<int>() == 0 ? (double?)null : scores.Average(run => run[c]!["f1"]!.GetValue<double>()))];
    }

    private static double[] Means(JsonObject[] runs, Func<JsonObject, JsonArray?> read)
    {
        JsonArray?[] values = [.. runs.Select(read)];
        return values.Any(value => value is null) ? [] : [.. Enumerable.Range(0, values[0]!.Count).Select(i => values.Average(value => value![i]!.GetValue<double>()))];
    }

    private static JsonObject Json(string file)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(file)) as JsonObject ?? throw new JsonException("not an object");
        }
        catch (JsonException fault)
        {
            throw new InputException($"{file}: not valid JSON ({fault.Message}); remove the run's folder and run it again", fault);
        }
    }
}
