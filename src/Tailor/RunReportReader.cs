using System.Text.Json;
using System.Text.Json.Nodes;
using Tailor.Engine;
using Tailor.Evaluation;
using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor;

/// <summary>Reads what a report shows from the folder of a finished run.</summary>
internal static class RunReportReader
{
    private const long LargestJson = 256L << 20;

    /// <summary>Reads the run.</summary>
    /// <exception cref="InputException">The folder is no run, the run has not finished, or a file of it is damaged.</exception>
    public static RunReportData Read(RunFolder folder)
    {
        RequireFinished(folder);
        RunDescription run = RunDescription.Read(folder);
        if (run.Recipe.PredictsNumbers)
        {
            throw new InputException($"{folder.Path}: this run predicts numbers, and the report is of classes; its scores are in result.json");
        }

        TunedModel model = TunedModel.ReadDescription(folder.Model);
        var remarks = new List<string>();
        RunReportData data = Parse(folder.Result, text => Result(JsonNode.Parse(text)!.AsObject(), new RunReportData
        {
            Title = $"{run.Recipe.Name} on {Path.GetFileName(Path.TrimEndingDirectorySeparator(run.Request.Data))}",
            Recipe = run.Recipe.Name,
            Seed = run.Request.Seed,
            Classes = [.. model.Labels.Zip(model.TrainCounts, (name, count) => new ReportClass(name, count))],
            SelectionMetric = run.Recipe.Stages[^1].Metric,
            ReadsPictures = run.Recipe.Input.ReadsPictures,
        }));
        if (data.ScoredSplit is null)
        {
            remarks.Add("Nothing was scored: the data had neither a test nor a dev split.");
        }

        data = data with { Learning = Learning(folder, remarks), Predictions = data.ScoredSplit is null ? [] : Predictions(folder, data.Classes, remarks) };
        if (data.ReadsPictures)
        {
            IReadOnlyList<string> names = PictureNames.WithoutCommonFolder([.. data.Predictions.Select(example => example.Text)]);
            data = Pictures(folder, data with { Predictions = [.. data.Predictions.Zip(names, (example, name) => example with { Text = name })] }, remarks);
        }

        return data with
        {
            Files = RunCommand.Files(run, model.Labels),
            Command = RunCommand.Again(run),
            Facts = Facts(folder, run),
            Remarks = remarks,
        };
    }

    private static void RequireFinished(RunFolder folder)
    {
        if (!Directory.Exists(folder.Path))
        {
            throw new InputException($"{folder.Path}: no such folder; give a run folder of 'tailor train'");
        }

        if (!File.Exists(folder.Description))
        {
            string? seed = Directory.EnumerateDirectories(folder.Path, "seed-*").Order(StringComparer.Ordinal).FirstOrDefault();
            throw new InputException($"{folder.Path}: no run.json here; give {(seed is null ? "a run folder of 'tailor train'" : $"one of its runs, such as {seed}")}");
        }

        if (folder.ReadDescription()["kind"] is not null)
        {
            throw new InputException($"{folder.Path}: this run pretrains, it has no classes to report on; give a run folder of 'tailor train'");
        }

        if (!folder.Finished)
        {
            throw new InputException($"{folder.Path}: this run has not finished, there are no scores yet; continue it with: tailor train --resume {folder.Path}");
        }
    }

    private static RunReportData Result(JsonObject result, RunReportData data)
    {
        double? bestScore = result["best_dev_score"]?.GetValue<double>();
        double[]? norms = result[ReportFacts.ClassNorms]?.AsArray().Select(norm => norm!.GetValue<double>()).ToArray();
        JsonObject? scores = result["scores"]?.AsObject();
        ClassScore[]? perClass = scores?["per_class"]!.AsArray().Select(Score).ToArray();
        if ((norms?.Length ?? data.Classes.Count) != data.Classes.Count || (perClass?.Length ?? data.Classes.Count) != data.Classes.Count)
        {
            throw new JsonException("it has not as many classes as the model");
        }

        return data with
        {
            Classes = [.. data.Classes.Select((c, i) => c with { Score = perClass?[i], Norm = norms?[i] })],
            Splits = [.. (result[ReportFacts.Splits]?.AsObject() ?? []).Select(split => new SplitSize(split.Key, split.Value!.GetValue<int>()))],
            ScoredSplit = scores is null ? null : result["split"]!.GetValue<string>(),
            Scores = Metric.Names.Where(name => scores?[name] is not null).ToDictionary(name => name, name => scores![name]!.GetValue<double>(), StringComparer.Ordinal),
            Groups = [.. (scores?["groups"]!.AsArray() ?? []).Select(group => Group(group!, data.Classes))],
            PromptUsage = result[ReportFacts.PromptUsage]?.AsArray() is { } usage ? Usage(usage, perClass?.Select(score => score.Support) ?? data.Classes.Select(c => c.TrainCount)) : null,
            BestStep = bestScore is null ? null : result["best_step"]!.GetValue<long>(),
            BestScore = bestScore,
        };
    }

    private static ClassScore Score(JsonNode? json) => new(
        json!["precision"]!.GetValue<double>(), json["recall"]!.GetValue<double>(), json["f1"]!.GetValue<double>(), json["support"]!.GetValue<int>(), json["predicted"]!.GetValue<int>());

    /// <summary>A group of <c>result.json</c>.</summary>
    internal static ReportGroup Group(JsonNode json, IReadOnlyList<ReportClass> classes)
    {
        var ids = classes.Select((c, i) => (c.Name, i)).ToDictionary(c => c.Name, c => c.i, StringComparer.Ordinal);
        int[] members = [.. json["labels"]!.AsArray().Select(label => ids.TryGetValue(label!.GetValue<string>(), out int id) ? id : throw new JsonException($"a class '{label}' that the model does not know"))];
        var score = new GroupScore(json["name"]!.GetValue<string>(), json["classes"]!.GetValue<int>(), json["support"]!.GetValue<int>(), json["f1"]?.GetValue<double>(), json["recall"]?.GetValue<double>(), json["accuracy"]?.GetValue<double>(), json["ece"]?.GetValue<double>());
        return new ReportGroup(json["grouping"]!.GetValue<string>(), $"by {json["source"]!.GetValue<string>()}; {json["thresholds"]!.GetValue<string>()}", members, score);
    }

    private static LearningPoint[] Learning(RunFolder folder, List<string> remarks)
    {
        if (!File.Exists(folder.Metrics))
        {
            remarks.Add("There are no learning curves: metrics.jsonl is missing.");
            return [];
        }

        LearningPoint[] points = Parse(folder.Metrics, text => text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Point(JsonNode.Parse(line)!.AsObject())).ToArray());
        if (points.Length == 0)
        {
            remarks.Add("There are no learning curves: the data had no dev split to score during training.");
        }

        return points;
    }

    private static LearningPoint Point(JsonObject line) => new(
        line["stage"]!.GetValue<int>() + 1,
        line["step"]!.GetValue<long>(),
        line["best"]!.GetValue<bool>(),
        Metric.Names.Where(name => line[name] is not null).ToDictionary(name => name, name => line[name]!.GetValue<double>(), StringComparer.Ordinal));

    private static IReadOnlyList<ScoredExample> Predictions(RunFolder folder, IReadOnlyList<ReportClass> classes, List<string> remarks)
    {
        if (!File.Exists(folder.Predictions))
        {
            remarks.Add("There are no confusions, no calibration and no wrong examples: predictions.jsonl is missing. Runs of this version write it.");
            return [];
        }

        (IReadOnlyList<string> labels, IReadOnlyList<ScoredExample> examples) = PredictionFile.Read(folder.Predictions);
        return labels.SequenceEqual(classes.Select(c => c.Name), StringComparer.Ordinal)
            ? examples
            : throw InputException.At(folder.Predictions, "other classes than the model's", "it is of another run; copy the run folder again");
    }

    private static PromptUsage Usage(JsonArray counts, IEnumerable<int> pictures) => new([.. counts.Select(row => (IReadOnlyList<int>)[.. row!.AsArray().Select(count => count!.GetValue<int>())])], [.. pictures]);

    private static RunReportData Pictures(RunFolder folder, RunReportData data, List<string> remarks)
    {
        if (!File.Exists(folder.Pictures))
        {
            remarks.Add("There are no pictures: pictures.json is missing. Runs of this version write it.");
            return data;
        }

        return Parse(folder.Pictures, text => RunPictures.AddTo(data, text), RunPictures.MaxLength);
    }

    private static ReportFact[] Facts(RunFolder folder, RunDescription run)
    {
        JsonObject json = folder.ReadDescription();
        return
        [
            new("recipe", $"{run.Recipe.Name}: {run.Recipe.Summary}"),
            new("source", run.Recipe.Paper),
            new("data", run.Request.Data),
            new("data fingerprint", run.DataFingerprint),
            new("model", run.Request.Model),
            new("seed", $"{run.Request.Seed}"),
            new("tailor", json["tailor"]?.GetValue<string>() ?? "-"),
            new("device", run.Request.Device ?? "cpu"),
            new("precision", PrecisionName.Of(run.Request.Precision)),
            new("threads", $"{run.Threads}"),
            new("instruction set", run.InstructionSet),
        ];
    }

    private static T Parse<T>(string path, Func<string, T> parse, long maxLength = LargestJson)
    {
        if (new FileInfo(path).Length > maxLength)
        {
            throw InputException.At(path, $"{new FileInfo(path).Length} bytes", "no run writes so much; the file is damaged");
        }

        try
        {
            return parse(File.ReadAllText(path));
        }
        catch (Exception fault) when (fault is JsonException or NullReferenceException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new InputException($"{path}: not written by this version ({fault.Message}); copy the run folder again, or run it again", fault);
        }
    }
}
